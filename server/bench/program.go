package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is the lab under measurement, in a process of its own.
type program struct {
	lab, auth, ops string // origins, and the address for operators
	data           string
	took           time.Duration // from its start until it was open
	cmd            *exec.Cmd
	told           chan struct{} // closed when it has said its last
	wire           http.RoundTripper
}

// unbounded are the flags that lift what bounds strangers.
func unbounded() []string {
	return []string{
		"--max-labs", "0", "--max-labs-per-address", "0", "--max-followers", "0",
		"--lab-rate", "1000000000/1s", "--api-rate", "1000000000/1s", "--flow-rate", "1000000000/1s",
	}
}

// start runs the program on a data folder, and waits until it is open.
func start(ctx context.Context, binary, data string) (*program, error) {
	p := &program{data: data, told: make(chan struct{}), wire: newWire()}
	p.cmd = exec.CommandContext(ctx, binary, append([]string{
		"--lab", "http://localhost:0", "--auth", "http://localhost:0", "--api", "http://localhost:0", "--webapp", "http://localhost:0", "--agent", "http://localhost:0", "--mallory", "http://127.0.0.1:0",
		"--ops-listen", "127.0.0.1:0", "--log", "json", "--data", data,
	}, unbounded()...)...)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w (make build makes it)", err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadBytes('\n')
	var open struct{ Msg, Lab, Auth, Ops string }
	if err == nil {
		err = json.Unmarshal(first, &open)
	}
	if err != nil || open.Msg != "open" {
		return nil, errors.Join(fmt.Errorf("the program does not open: %s", first), err, p.cmd.Process.Kill(), p.cmd.Wait())
	}
	p.lab, p.auth, p.ops, p.took = open.Lab, open.Auth, open.Ops, time.Since(begun)
	go func() {
		defer close(p.told)
		io.Copy(io.Discard, lines) //nolint:errcheck // until it ends
	}()
	return p, nil
}

// stop ends the program in good order.
func (p *program) stop() error {
	err := p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.told
	return errors.Join(err, p.cmd.Wait())
}

// restart ends the program in good order, and starts it again on what it left.
func (p *program) restart(ctx context.Context, binary string) error {
	if err := p.stop(); err != nil {
		return err
	}
	again, err := start(ctx, binary, p.data)
	if err == nil {
		*p = *again
	}
	return err
}

// with runs do on a program with an empty folder.
func (b *bench) with(ctx context.Context, do func(*program) error) error {
	data, err := os.MkdirTemp("", "oauthlab-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data) //nolint:errcheck // in the folder of the system
	p, err := start(ctx, b.binary, data)
	if err != nil {
		return err
	}
	return errors.Join(do(p), p.stop())
}

// usage is what the program has used up to now, and what it holds.
type usage struct {
	processor time.Duration
	resident  float64 // bytes of memory that the system gave it
	live      float64 // bytes of its heap that are in use, and of its stacks
	disk      int64   // bytes of its files
}

// use asks the program what it uses. It has it collect its garbage first.
func (p *program) use(ctx context.Context) (u usage, err error) {
	if err := p.save(ctx, "heap?gc=1", ""); err != nil {
		return u, err
	}
	m, err := p.metrics(ctx)
	if err != nil {
		return u, err
	}
	u.processor = time.Duration(m["process_cpu_seconds_total"] * float64(time.Second))
	u.resident = m["process_resident_memory_bytes"]
	u.live = m["go_memstats_heap_alloc_bytes"] + m["go_memstats_stack_inuse_bytes"]
	u.disk, err = folderSize(p.data)
	return u, err
}

// metrics reads the figures without labels that the program gives of itself.
func (p *program) metrics(ctx context.Context) (map[string]float64, error) {
	resp, err := get(ctx, "http://"+p.ops+"/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	found := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			found[name] = v
		}
	}
	return found, lines.Err()
}

// processor returns the processor time that the program has used.
func (p *program) processor(ctx context.Context) (time.Duration, error) {
	m, err := p.metrics(ctx)
	return time.Duration(m["process_cpu_seconds_total"] * float64(time.Second)), err
}

// profiled is for how long the time of the program is profiled.
const profiled = "10" // seconds

// profile has the program write down where its time goes, for ten seconds from now, and,
// when the returned function is called, where its memory is; if that is wanted.
func (b *bench) profile(ctx context.Context, p *program, name string) (finish func() error) {
	if b.profiles == "" {
		return func() error { return nil }
	}
	saved := make(chan error, 1)
	go func() {
		saved <- p.save(ctx, "profile?seconds="+profiled, filepath.Join(b.profiles, name+".processor"))
	}()
	return func() error {
		return errors.Join(p.save(ctx, "heap?gc=1", filepath.Join(b.profiles, name+".heap")), <-saved)
	}
}

// save writes a profile of the program to a file, or nowhere where that is "".
func (p *program) save(ctx context.Context, profile, file string) error {
	resp, err := get(ctx, "http://"+p.ops+"/debug/pprof/"+profile)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	out := io.Discard
	if file != "" {
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // a profile that is cut is seen
		out = f
	}
	_, err = io.Copy(out, resp.Body)
	return err
}

func get(ctx context.Context, url string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err == nil && resp.StatusCode != http.StatusOK {
		resp.Body.Close() //nolint:errcheck // nothing was asked of it
		err = fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return resp, err
}

// folderSize adds up the sizes of the files in a folder that is in use.
func folderSize(folder string) (bytes int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				bytes += info.Size()
			}
		}
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			return nil
		}
		return err
	})
	return bytes, err
}
