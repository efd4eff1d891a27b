package stage

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/event"
)

func TestWhatIsLeftOut(t *testing.T) {
	tests := map[string]struct{ n, pages, want int }{
		"nothing":                  {0, 0, 0},
		"as much as is shown":      {20, 0, 0},
		"less than a chunk more":   {29, 0, 0},
		"a chunk more":             {30, 0, 10},
		"it moves by whole chunks": {39, 0, 10},
		"much more":                {157, 0, 130},
		"asked once":               {157, 1, 110},
		"asked often":              {157, 9, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := hiddenOf(tt.n, 20, 10, tt.pages); got != tt.want {
				t.Errorf("%d are left out, want %d", got, tt.want)
			}
		})
	}
}

func TestALongLogIsDrawnInPart(t *testing.T) {
	long := timeline.Band{Key: "b"}
	for i := range 2000 {
		long.Rows = append(long.Rows, timeline.Row{Kind: timeline.RowMessage, Seq: uint64(i + 1), From: event.Browser, To: event.Auth})
	}
	draw := func(selected uint64, pages int) string {
		return uitest.HTML(&band{Band: long, Open: true, Selected: selected, Pages: pages})
	}
	if n := strings.Count(draw(0, 0), "data-seq="); n < windowRows || n >= windowRows+chunkRows {
		t.Errorf("%d rows of 2000 are drawn", n)
	}
	if !strings.Contains(draw(0, 0), "Show earlier (1860 more)") {
		t.Error("nothing asks for the earlier ones")
	}
	if page := draw(1500, 0); !strings.Contains(page, `data-seq="1500"`) || strings.Contains(page, `data-seq="1499"`) {
		t.Error("what is selected is not drawn, or too much is")
	}
	if strings.Contains(draw(0, 99), "Show earlier") {
		t.Error("all was asked for, and something is left out")
	}
}
