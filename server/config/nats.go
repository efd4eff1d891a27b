package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"oauthlab/server/lab"
)

// NATS is where the labs are kept: inside this process unless it says otherwise.
type NATS struct {
	URL       string `name:"nats" placeholder:"ADDRESS" help:"A NATS server that keeps the labs, or several of a cluster, comma-separated; by default one inside this process."`
	Listen    string `name:"nats-listen" placeholder:"ADDRESS" help:"Address on which the NATS server inside this process takes processes with other roles."`
	TokenFile string `name:"nats-token-file" placeholder:"FILE" help:"File with the token that NATS asks for; with --nats-listen it is made if need be, by default nats-token in the data folder."`
	Creds     string `name:"nats-creds" placeholder:"FILE" help:"File with a NATS user's credentials."`
	CA        string `name:"nats-ca" placeholder:"FILE" help:"File with the certificates that NATS's TLS is checked against."`
	Cert      string `name:"nats-cert" placeholder:"FILE" help:"File with this process's certificate for NATS."`
	Key       string `name:"nats-key" placeholder:"FILE" help:"File with its key."`
	Replicas  int    `name:"nats-replicas" placeholder:"COPIES" help:"Copies of everything; by default 3 in a cluster, else 1."`

	AcceptLoss bool `help:"Open a damaged data folder with what is left of it; what is lost is said, and gone for good."`
}

// check reports what does not go together.
func (n *NATS) check() error {
	switch {
	case n.URL != "" && n.Listen != "":
		return errors.New("--nats and --nats-listen exclude each other: the labs are kept in one place")
	case (n.Cert == "") != (n.Key == ""):
		return errors.New("--nats-cert and --nats-key belong together")
	case n.URL == "" && (n.Creds != "" || n.Replicas != 0):
		return errors.New("--nats-creds and --nats-replicas are for a NATS server elsewhere: pass --nats with its address")
	case n.URL != "" && n.AcceptLoss:
		return errors.New("--accept-loss is for the data folder, and with --nats there is none: the NATS server looks after its own")
	case n.Replicas < 0 || n.Replicas > 5:
		return fmt.Errorf("--nats-replicas is %d: NATS keeps 1 to 5 copies", n.Replicas)
	case n.URL == "" && n.Listen == "" && (n.TokenFile != "" || n.CA != "" || n.Cert != ""):
		return errors.New("--nats-token-file, --nats-ca and --nats-cert need --nats or --nats-listen")
	}
	if n.Listen != "" {
		if _, _, err := net.SplitHostPort(n.Listen); err != nil {
			return fmt.Errorf("--nats-listen is %q: it takes an address such as 127.0.0.1:4222", n.Listen)
		}
		if n.CA != "" && n.Cert == "" {
			return errors.New("--nats-ca with --nats-listen asks other processes for certificates, over TLS alone: pass --nats-cert and --nats-key")
		}
	}
	if n.URL == "" {
		return nil
	}
	for one := range strings.SplitSeq(n.URL, ",") {
		if !strings.Contains(one, "://") {
			one = "nats://" + one
		}
		if u, err := url.Parse(one); err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" && u.Scheme != "ws" && u.Scheme != "wss" {
			return errors.New("--nats takes addresses such as nats://localhost:4222 or tls://nats.example:4222, comma-separated")
		}
	}
	return nil
}

// Exposed reports whether the server inside this process can be reached from other
// machines without TLS.
func (n *NATS) Exposed() bool {
	host, _, err := net.SplitHostPort(n.Listen)
	return n.Listen != "" && err == nil && n.Cert == "" && !lab.Loopback(host)
}

// Place says where the labs are kept, without passwords.
func (n *NATS) Place(data string) string {
	if n.URL == "" {
		return data
	}
	var names []string
	for one := range strings.SplitSeq(n.URL, ",") {
		if u, err := url.Parse(one); err == nil && u.User != nil {
			u.User = nil
			one = u.String()
		}
		names = append(names, one)
	}
	return strings.Join(names, ", ")
}
