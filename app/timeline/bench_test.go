package timeline

import "testing"

// A long evening: what one frame costs when the log is as long as it may be.
func BenchmarkFrame(b *testing.B) {
	story := []func(*recording){}
	for range 40 {
		story = append(story, aRun, off, won, on, lost)
	}
	events := record(story...)
	events = events[:min(len(events), MaxEvents)]
	b.ReportMetric(float64(len(events)), "events")
	var log Log
	log.Add(events)
	for b.Loop() {
		log.View()
		log.Progress(Lesson{Steps: chapter})
	}
}
