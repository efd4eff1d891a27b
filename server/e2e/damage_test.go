package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A spent code is not unspent by a block that lost its end: the program says what is
// damaged and how to go on, in one line, and does not start until that is decided.
func TestADamagedDataFolderIsOneClearLine(t *testing.T) {
	for name, end := range map[string]func(*program) error{
		"killed":              func(p *program) error { p.kill(); return nil },
		"ended in good order": (*program).interrupt,
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, t.TempDir())
			f := newFlow(t, p, p.newLab(t))
			f.redeemsOnce(f.untilCut(2))
			if err := end(p); err != nil {
				t.Fatal(err)
			}
			const block = "KV_oauthlab-labs/msgs/1.blk"
			file := filepath.Join(p.data, "jetstream/jetstream/$G/streams", block)
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, whole[:len(whole)/2], 0o600); err != nil {
				t.Fatal(err)
			}

			flags := append(flagsFor(p.origins), "--data", p.data)
			for range 2 {
				out, err := runToEnd(t.Context(), flags...)
				if err == nil || strings.Count(out, "\n") != 1 {
					t.Fatalf("the start says %q (%v), want one line", out, err)
				}
				for _, part := range []string{
					"oauthlab: store: the data folder is damaged: in " + filepath.Dir(filepath.Dir(filepath.Dir(file))) + " KV_oauthlab-labs",
					"; nothing was changed: put the folder back from a copy, move it away to begin without labs, or pass --accept-loss once",
				} {
					if !strings.Contains(out, part) {
						t.Errorf("the start says %q, without %q", out, part)
					}
				}
			}

			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			f.program = startAgain(t, p) // with the folder as it was
			if state := f.documents(); len(state.Codes) != 1 || state.Codes[0].Spent == nil {
				t.Errorf("with the folder put back the documents hold %+v, want a spent code", state)
			}
			f.program.kill()

			if err := os.Truncate(file, int64(len(whole)/2)); err != nil {
				t.Fatal(err)
			}
			said := &strings.Builder{}
			cmd := exec.Command(binary, append(flags, "--accept-loss")...)
			cmd.Stderr = said
			accepting := startCommand(t, p.data, cmd)
			if status, body := call(t, "GET", accepting.lab+"/readyz", "", ""); status != http.StatusOK {
				t.Errorf("with the loss accepted it is ready: %d %s", status, body)
			}
			accepting.newLab(t)
			if err := accepting.interrupt(); err != nil {
				t.Error(err)
			}
			if !strings.Contains(said.String(), "going on with what is left of the data folder") {
				t.Errorf("with the loss accepted it says %s", said.String())
			}
			startAgain(t, p).newLab(t) // and from then on nothing is missing
		})
	}
}
