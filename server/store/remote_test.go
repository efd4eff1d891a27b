package store

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/server/freeport"
)

// testToken is what the servers of these tests ask for.
const testToken = "a-token-of-the-tests"

// natsServer is a NATS server in a process of its own, which can be killed.
type natsServer struct {
	name   string
	url    string
	cmd    *exec.Cmd
	config string // its file
	always string // the lines in it that stay
}

func (n *natsServer) configure(t *testing.T, whom string) {
	t.Helper()
	if err := os.WriteFile(n.config, []byte(n.always+whom), 0o600); err != nil {
		t.Fatal(err)
	}
}

// reload has the server read other lines that say whom it takes.
func (n *natsServer) reload(t *testing.T, whom string) {
	t.Helper()
	n.configure(t, whom)
	if err := n.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// natsFolder holds the server's program; TestMain makes and removes it.
var natsFolder string

// natsBinary builds the server once, the same version as the embedded one.
var natsBinary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(natsFolder, "nats-server")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build nats-server: %w\n%s", err, out)
	}
	return path, nil
})

var clientsAt = regexp.MustCompile(`Listening for client connections on (\S+)`)

// startNATS starts a server that asks for the token, with more lines of configuration.
func startNATS(t *testing.T, name, more string) *natsServer {
	t.Helper()
	return startNATSFor(t, name, fmt.Sprintf("authorization { token: %q }\n%s", testToken, more))
}

// startNATSFor starts a server with lines of configuration that say whom it takes, and
// waits until it takes connections. It is killed with the test.
func startNATSFor(t *testing.T, name, whom string) *natsServer {
	t.Helper()
	binary, err := natsBinary()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	config := filepath.Join(folder, "nats.conf")
	n := &natsServer{
		name: name, cmd: exec.Command(binary, "-c", config), config: config,
		always: fmt.Sprintf("listen: 127.0.0.1:-1\nserver_name: %s\njetstream { store_dir: %q }\n", name, folder),
	}
	n.configure(t, whom)
	log, err := n.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
	var said strings.Builder
	lines := bufio.NewScanner(log)
	for n.url == "" && lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := clientsAt.FindStringSubmatch(lines.Text()); m != nil {
			n.url = "nats://" + m[1]
		}
	}
	if n.url == "" {
		t.Fatalf("%s does not start:\n%s", name, &said)
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return n
}

func (n *natsServer) kill() {
	if n.cmd.ProcessState == nil {
		n.cmd.Process.Kill() //nolint:errcheck // it may have ended
		n.cmd.Wait()         //nolint:errcheck // it was killed
	}
}

// startCluster starts three servers that know each other and returns them with
// the addresses of all.
func startCluster(t *testing.T) ([]*natsServer, string) {
	t.Helper()
	var routes []string
	for range 3 {
		routes = append(routes, net.JoinHostPort("127.0.0.1", freeport.New(t, "127.0.0.1")))
	}
	var servers []*natsServer
	var urls []string
	for i, own := range routes {
		n := startNATS(t, fmt.Sprint("n", i+1), fmt.Sprintf(
			"cluster { name: lab, listen: %q, routes: [nats-route://%s] }\n", own, strings.Join(routes, ", nats-route://")))
		servers, urls = append(servers, n), append(urls, n.url)
	}
	return servers, strings.Join(urls, ",")
}

// beside lets tests that mostly wait for elections run side by side, and leaves them
// out of make check.
func beside(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out: a cluster of servers; make test runs it")
	}
	t.Parallel()
}

func openRemotely(t *testing.T, o Options) *Store {
	t.Helper()
	o.Login.Token = testToken
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStoreOnAServerOfItsOwn(t *testing.T) {
	o := Options{URL: startNATS(t, "alone", "").url, MaxEventsPerLab: suiteBound}
	s, other := openRemotely(t, o), openRemotely(t, o)
	if s.replicas != 1 {
		t.Errorf("%d copies on one server", s.replicas)
	}
	testStore(t, s, other)
}

func TestAServerWithoutTheTokenIsRefusedAtOnce(t *testing.T) {
	_, err := Open(t.Context(), Options{URL: startNATS(t, "alone", "").url})
	if err == nil || !strings.Contains(err.Error(), "Authorization Violation") {
		t.Errorf("without the token: %v", err)
	}
}

func TestAServerThatTakesTooLittleIsRefused(t *testing.T) {
	n := startNATS(t, "small", "max_payload: 64KB\n")
	_, err := Open(t.Context(), Options{URL: n.url, Login: Login{Token: testToken}})
	if err == nil || !strings.Contains(err.Error(), "max_payload") {
		t.Errorf("with a small max_payload: %v", err)
	}
}

func TestReplicasTakeACluster(t *testing.T) {
	n := startNATS(t, "alone", "")
	_, err := Open(t.Context(), Options{URL: n.url, Login: Login{Token: testToken}, Replicas: 3})
	if !errors.Is(err, ErrReplicas) {
		t.Errorf("three copies on one server: %v", err)
	}
}

func TestCredentialsThatAreNotThereAreSaidAtOnce(t *testing.T) {
	n := startNATS(t, "alone", "")
	_, err := Open(t.Context(), Options{URL: n.url, Login: Login{Credentials: "no-such-file"}})
	if err == nil || !strings.Contains(err.Error(), "no-such-file") {
		t.Errorf("without the file: %v", err)
	}
}

// With a certificate the embedded server speaks TLS alone, and with authorities it
// takes only those who have a certificate of theirs.
func TestTheEmbeddedServerSpeaksTLS(t *testing.T) {
	ca, certificate, key := makeCertificate(t)
	login := Login{Token: testToken, CA: ca, Certificate: certificate, Key: key}
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Login: login})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for name, other := range map[string]Login{
		"without the authority":   {Token: testToken, Certificate: certificate, Key: key},
		"without a certificate":   {Token: testToken, CA: ca},
		"without the token":       {CA: ca, Certificate: certificate, Key: key},
		"without anything at all": {},
	} {
		if _, err := Open(t.Context(), Options{URL: "tls://" + s.Address(), Login: other}); err == nil {
			t.Errorf("%s the store is opened", name)
		}
	}
	other, err := Open(t.Context(), Options{URL: "tls://" + s.Address(), Login: login})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	lab := uuid.New()
	mustCreate(t, s, lab, state{}, note("e1"))
	wantLine(t, replay(t, other, lab, 0), "1:e1")
}

// makeCertificate makes a certificate for this machine that signs itself, and returns
// the files of its authority, of itself and of its key.
func makeCertificate(t *testing.T) (ca, certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certificate, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for file, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, certificate, key
}

func TestTheEmbeddedServerAsksOthersForTheToken(t *testing.T) {
	if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}); err == nil {
		t.Fatal("a server without a token listens")
	}
	o := Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Login: Login{Token: testToken}, MaxEventsPerLab: suiteBound}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for name, login := range map[string]Login{"no token": {}, "another token": {Token: testToken + "x"}} {
		if _, err := Open(t.Context(), Options{URL: s.Address(), Login: login}); err == nil {
			t.Errorf("%s opens the store", name)
		}
	}
	testStore(t, s, openRemotely(t, Options{URL: s.Address(), MaxEventsPerLab: suiteBound}))
}

func TestStoreOnACluster(t *testing.T) {
	beside(t)
	_, urls := startCluster(t)
	o := Options{URL: urls, MaxEventsPerLab: suiteBound}
	s, other := openRemotely(t, o), openRemotely(t, o)
	if s.replicas != replicasInCluster {
		t.Errorf("%d copies in a cluster of three", s.replicas)
	}
	testStore(t, s, other)
}

// The leader of the logs is killed while many write and some follow. Its successor
// knows all that was acknowledged, nothing stands twice, and who follows misses nothing.
func TestAClusterThatLosesItsLeaderLosesNothing(t *testing.T) {
	beside(t)
	servers, urls := startCluster(t)
	o := Options{URL: urls, MaxEventsPerLab: 100_000}
	s, other := openRemotely(t, o), openRemotely(t, o)

	const many = 600 // acknowledgements before the kill, and after it
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var mu sync.Mutex // guards acknowledged, n, goal and reached
	acknowledged := map[uuid.UUID]map[string]bool{}
	for _, lab := range killLabs {
		acknowledged[lab] = map[string]bool{}
	}
	n, goal, reached := 0, many, make(chan struct{})
	acknowledge := func(lab uuid.UUID, id string) {
		mu.Lock()
		defer mu.Unlock()
		acknowledged[lab][id] = true
		if n++; n == goal {
			close(reached)
		}
	}
	waitForMore := func() {
		mu.Lock()
		now := reached
		mu.Unlock()
		select {
		case <-now:
		case <-ctx.Done():
		}
		mu.Lock()
		defer mu.Unlock()
		goal, reached = n+many, make(chan struct{})
	}
	var writers, followers sync.WaitGroup
	for _, client := range []*Store{s, other} {
		writers.Go(func() {
			if err := writeMuch(ctx, client, acknowledge); !errors.Is(err, context.Canceled) {
				t.Errorf("a writer failed: %v", err)
				stop()
			}
		})
	}
	last := make(map[uuid.UUID]chan uint64)
	for _, lab := range killLabs {
		told := make(chan uint64, 2)
		last[lab] = told
		for _, client := range []*Store{s, other} {
			followers.Go(func() { followToTheEnd(t, client, lab, told) })
		}
	}
	waitForMore()
	leader := leaderOf(t, s)
	for _, one := range servers {
		if one.name == leader {
			one.kill()
		}
	}
	waitForMore()
	waitForMore()
	stop()
	writers.Wait()

	for _, lab := range killLabs {
		checkSurvivor(t, s, lab, acknowledged[lab])
		end, err := other.Last(t.Context(), lab)
		if err != nil {
			t.Fatal(err)
		}
		last[lab] <- end
		last[lab] <- end
	}
	followers.Wait()
	if now := leaderOf(t, s); now == leader {
		t.Errorf("%s was killed and still leads", leader)
	}
}

// leaderOf names the server that leads the stream of logs.
func leaderOf(t *testing.T, s *Store) string {
	t.Helper()
	info, err := s.events.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.Cluster.Leader
}

// followToTheEnd follows a log up to the position that it is told at last, and
// fails unless each position came once.
func followToTheEnd(t *testing.T, s *Store, lab uuid.UUID, last <-chan uint64) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	defer cancel()
	var mu sync.Mutex // guards at and end
	var at, end uint64
	go func() {
		told := <-last
		mu.Lock()
		defer mu.Unlock()
		if end = told; at >= end {
			cancel()
		}
	}()
	err := s.Follow(ctx, lab, 0, func(e event.Event) error {
		mu.Lock()
		defer mu.Unlock()
		if e.Seq != at+1 {
			return fmt.Errorf("position %d follows %d", e.Seq, at)
		}
		if at = e.Seq; end > 0 && at >= end {
			return errEnough
		}
		return nil
	})
	if err != errEnough && !errors.Is(err, context.Canceled) || at < end {
		t.Errorf("a follower came to %d of %d: %v", at, end, err)
	}
}
