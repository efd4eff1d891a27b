package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// natsConfig is where the labs are kept: inside this process unless it says otherwise.
type natsConfig struct {
	url       string // of servers elsewhere, comma-separated
	listen    string // where the embedded server takes other processes
	creds     string
	tokenFile string
	ca        string
	cert      string
	key       string
	replicas  int

	acceptLoss bool // of what a damaged data folder does not hold any more
}

func (n *natsConfig) flags(flags *flag.FlagSet) {
	flags.StringVar(&n.url, "nats", "", "`address` of a NATS server that keeps the labs, or several of a cluster, comma-separated (default: one inside this process)")
	flags.StringVar(&n.listen, "nats-listen", "", "`address` on which the NATS server inside this process takes processes with other roles")
	flags.StringVar(&n.tokenFile, "nats-token-file", "", "`file` with the token that NATS asks for; with --nats-listen it is made if need be (default there: nats-token in the data folder)")
	flags.StringVar(&n.creds, "nats-creds", "", "`file` with a NATS user's credentials")
	flags.StringVar(&n.ca, "nats-ca", "", "`file` with the certificates that NATS's TLS is checked against")
	flags.StringVar(&n.cert, "nats-cert", "", "`file` with this process's certificate for NATS")
	flags.StringVar(&n.key, "nats-key", "", "`file` with its key")
	flags.BoolVar(&n.acceptLoss, "accept-loss", false, "open a damaged data folder with what is left of it; what is lost is said, and gone for good")
	flags.Var((*count)(&n.replicas), "nats-replicas", "`copies` of everything (default: 3 in a cluster, else 1)")
}

// check reports what does not go together.
func (n *natsConfig) check() error {
	switch {
	case n.url != "" && n.listen != "":
		return errors.New("--nats and --nats-listen exclude each other: the labs are kept in one place")
	case (n.cert == "") != (n.key == ""):
		return errors.New("--nats-cert and --nats-key belong together")
	case n.url == "" && (n.creds != "" || n.replicas != 0):
		return errors.New("--nats-creds and --nats-replicas are for a NATS server elsewhere: pass --nats with its address")
	case n.url != "" && n.acceptLoss:
		return errors.New("--accept-loss is for the data folder, and with --nats there is none: the NATS server looks after its own")
	case n.replicas < 0 || n.replicas > 5:
		return fmt.Errorf("--nats-replicas is %d: NATS keeps 1 to 5 copies", n.replicas)
	case n.url == "" && n.listen == "" && (n.tokenFile != "" || n.ca != "" || n.cert != ""):
		return errors.New("--nats-token-file, --nats-ca and --nats-cert need --nats or --nats-listen")
	}
	if n.listen != "" {
		if _, _, err := net.SplitHostPort(n.listen); err != nil {
			return fmt.Errorf("--nats-listen is %q: it takes an address such as 127.0.0.1:4222", n.listen)
		}
		if n.ca != "" && n.cert == "" {
			return errors.New("--nats-ca with --nats-listen asks other processes for certificates, over TLS alone: pass --nats-cert and --nats-key")
		}
	}
	if n.url == "" {
		return nil
	}
	for one := range strings.SplitSeq(n.url, ",") {
		if !strings.Contains(one, "://") {
			one = "nats://" + one
		}
		if u, err := url.Parse(one); err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" && u.Scheme != "ws" && u.Scheme != "wss" {
			return errors.New("--nats takes addresses such as nats://localhost:4222 or tls://nats.example:4222, comma-separated")
		}
	}
	return nil
}

// available reports why the server inside this process cannot listen where it should.
// It would say so in its log alone, and be waited for. Of localhost it takes one address,
// which the start prints. The other must be free all the same: a process that connects to
// it would show another program the token.
func (n *natsConfig) available() error {
	if n.listen == "" {
		return nil
	}
	all, err := listen(n.listen)
	if err != nil {
		return bindError("--nats-listen", n.listen, err)
	}
	closeAll(all)
	return nil
}

// exposed reports whether the server inside this process can be reached from other
// machines without TLS.
func (n *natsConfig) exposed() bool {
	host, _, err := net.SplitHostPort(n.listen)
	return n.listen != "" && err == nil && n.cert == "" && !lab.Loopback(host)
}

// options returns the part of the store's options that says where it is. data is the
// folder of an embedded one.
func (n *natsConfig) options(data string) (store.Options, error) {
	o := store.Options{
		Dir: data, URL: n.url, Listen: n.listen, Replicas: n.replicas, AcceptLoss: n.acceptLoss,
		Login: store.Login{Credentials: n.creds, CA: n.ca, Certificate: n.cert, Key: n.key},
	}
	var err error
	switch {
	case n.listen != "":
		file := n.tokenFile
		if file == "" {
			file = filepath.Join(data, "nats-token")
		}
		o.Login.Token, err = makeToken(file)
	case n.tokenFile != "":
		o.Login.Token, err = readToken(n.tokenFile)
	}
	return o, err
}

// readToken reads the token from its file.
func readToken(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the token for NATS: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("the token for NATS: %s is empty", file)
	}
	return token, nil
}

// makeToken reads the token from its file, and makes both where there is no file yet.
// Only the user that the program runs as may read it.
func makeToken(file string) (string, error) {
	if token, err := readToken(file); !errors.Is(err, fs.ErrNotExist) {
		return token, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", fmt.Errorf("the token for NATS: %w", err)
	}
	secret := make([]byte, 32)
	rand.Read(secret) //nolint:errcheck // never returns an error (crypto/rand)
	token := base64.RawURLEncoding.EncodeToString(secret)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("the token for NATS: %w", err)
	}
	_, err = f.WriteString(token + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("the token for NATS: %w", err)
	}
	return token, nil
}

// place says where the labs are kept, without passwords.
func (n *natsConfig) place(data string) string {
	if n.url == "" {
		return data
	}
	var names []string
	for one := range strings.SplitSeq(n.url, ",") {
		if u, err := url.Parse(one); err == nil && u.User != nil {
			u.User = nil
			one = u.String()
		}
		names = append(names, one)
	}
	return strings.Join(names, ", ")
}
