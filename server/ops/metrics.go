package ops

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Metrics count what the program does. A label takes values of the program's own
// only (parties, patterns of paths, guards), so their number is bounded.
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	verdicts  *prometheus.CounterVec
	refusals  *prometheus.CounterVec
	store     *prometheus.HistogramVec
	delivery  prometheus.Histogram
	guards    map[string]bool
}

// NewMetrics returns Metrics that also tell how many labs there are and how many
// followers are connected.
func NewMetrics(labs func(context.Context) (int, error), followers func() int) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oauthlab_requests_total", Help: "HTTP requests by party, pattern of the path, and class of the status.",
		}, []string{"party", "endpoint", "outcome"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "oauthlab_request_duration_seconds", Help: "How long requests took, by party; websockets are not among them.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}, []string{"party"}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oauthlab_verdicts_total", Help: "What guards found, by guard and outcome.",
		}, []string{"guard", "outcome"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oauthlab_limited_total", Help: "Requests turned away because a bound was reached, by bound.",
		}, []string{"bound"}),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "oauthlab_store_duration_seconds", Help: "How long operations of the store took, by operation.",
			Buckets: prometheus.ExponentialBuckets(0.00002, 4, 10),
		}, []string{"operation"}),
		delivery: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "oauthlab_feed_delay_seconds", Help: "From the append of an event to its writing to a websocket that follows live.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}),
		guards: map[string]bool{},
	}
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			m.guards[string(part.ID)] = true
		}
	}
	m.registry.MustRegister(m.requests, m.durations, m.verdicts, m.refusals, m.store, m.delivery,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "oauthlab_followers", Help: "Websockets that follow a lab through this process.",
		}, func() float64 { return float64(followers()) }),
		&labCount{
			about: prometheus.NewDesc("oauthlab_labs", "Labs that there are.", nil, nil), count: labs,
		})
	return m
}

// labCount asks the store when it is read. Where that fails there is no value, which
// is the truth.
type labCount struct {
	about *prometheus.Desc
	count func(context.Context) (int, error)
}

func (c *labCount) Describe(to chan<- *prometheus.Desc) { to <- c.about }

func (c *labCount) Collect(to chan<- prometheus.Metric) {
	ctx, done := context.WithTimeout(context.Background(), probeWait)
	defer done()
	if n, err := c.count(ctx); err == nil {
		to <- prometheus.MustNewConstMetric(c.about, prometheus.GaugeValue, float64(n))
	}
}

// Handler serves the metrics in the text form of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Event counts the verdict of an event, if it is one. A client may tell of guards that
// do not exist: those are counted as one.
func (m *Metrics) Event(e event.Event) {
	if e.Verdict == nil {
		return
	}
	id := e.Verdict.Guard
	if !m.guards[id] {
		id = "other"
	}
	outcome := string(e.Verdict.Outcome)
	switch e.Verdict.Outcome {
	case event.Passed, event.Refused, event.WouldRefuse:
	default:
		outcome = "other"
	}
	m.verdicts.WithLabelValues(id, outcome).Inc()
}

// Limited counts a request that was turned away at a bound.
func (m *Metrics) Limited(bound string) { m.refusals.WithLabelValues(bound).Inc() }

// Timed counts how long an operation of the store took.
func (m *Metrics) Timed(operation string, took time.Duration) {
	m.store.WithLabelValues(operation).Observe(took.Seconds())
}

// Delivered counts how long an event was on its way to a follower.
func (m *Metrics) Delivered(after time.Duration) { m.delivery.Observe(after.Seconds()) }

// Count counts the requests to a party. next sets the pattern of the request, as
// http.ServeMux does.
func (m *Metrics) Count(party string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		seen := &status{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			endpoint := r.Pattern
			if endpoint == "" {
				endpoint = "none"
			}
			m.requests.WithLabelValues(party, endpoint, strconv.Itoa(seen.code/100)+"xx").Inc()
			if seen.code != http.StatusSwitchingProtocols {
				m.durations.WithLabelValues(party).Observe(time.Since(begun).Seconds())
			}
		}()
		next.ServeHTTP(seen, r)
	})
}

// status remembers the status of an answer.
type status struct {
	http.ResponseWriter
	code    int
	written bool
}

func (s *status) WriteHeader(code int) {
	if !s.written {
		s.code, s.written = code, code >= 200 || code == http.StatusSwitchingProtocols
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(p []byte) (int, error) {
	s.written = true
	return s.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Hijack is for websockets.
func (s *status) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(s.ResponseWriter).Hijack()
}
