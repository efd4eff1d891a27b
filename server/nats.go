package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"oauthlab/server/config"
	"oauthlab/server/store"
)

// available reports why the server inside this process cannot listen where it should.
// It would say so in its log alone, and be waited for. Of localhost it takes one address,
// which the start prints. The other must be free all the same: a process that connects to
// it would show another program the token.
func available(n config.NATS) error {
	if n.Listen == "" {
		return nil
	}
	all, err := listen(n.Listen)
	if err != nil {
		return bindError("--nats-listen", n.Listen, err)
	}
	closeAll(all)
	return nil
}

// natsOptions returns the part of the store's options that says where it is. data is the
// folder of an embedded one.
func natsOptions(n config.NATS, data string) (store.Options, error) {
	o := store.Options{
		Dir: data, URL: n.URL, Listen: n.Listen, Replicas: n.Replicas, AcceptLoss: n.AcceptLoss,
		Login: store.Login{Credentials: n.Creds, CA: n.CA, Certificate: n.Cert, Key: n.Key},
	}
	var err error
	switch {
	case n.Listen != "":
		file := n.TokenFile
		if file == "" {
			file = filepath.Join(data, "nats-token")
		}
		o.Login.Token, err = makeToken(file)
	case n.TokenFile != "":
		o.Login.Token, err = readToken(n.TokenFile)
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
