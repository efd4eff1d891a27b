package clientbench

import (
	"encoding/xml"
	"io"
	"strings"
)

// The report as JUnit's XML, which has no standard: the elements are those that programs which
// show test results read. A test is a fault; it fails where the client is not as the
// specifications ask, and is skipped where nothing can be said.

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as XML.
func (r BenchReport) WriteJUnit(w io.Writer) error {
	suite := junitSuite{Name: "OAuth Lab, client bench: " + r.Name, Tests: len(r.Rows)}
	for _, row := range r.Rows {
		c := junitCase{Class: "oauthlab." + r.Chapter + "." + r.Client, Name: row.Fault}
		told := strings.TrimSpace(row.Changes + " (" + row.Section + ")\n" + row.How + "\n" + row.Says)
		switch {
		case row.Finding.Fails():
			suite.Failures++
			c.Failure = &junitMessage{Message: string(row.Finding) + ": " + row.Changes, Text: told}
		case !row.Finding.Settled():
			suite.Skipped++
			c.Skipped = &junitMessage{Message: strings.TrimSpace(string(row.Finding) + ". " + row.How)}
		default:
			c.Out = string(row.Finding) + "\n" + told
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	return encoder.Encode(suite)
}
