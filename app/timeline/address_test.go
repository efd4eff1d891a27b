package timeline

import "testing"

func TestAddressIsCutAtItsMarks(t *testing.T) {
	tests := map[string]struct {
		url  string
		want string // pieces, marked ones in brackets
	}{
		"no query":            {"http://localhost:8080/callback", "localhost:8080/callback"},
		"the lab's id":        {as + "/login?request=q1", "localhost:8081/7b0c…/login?…"},
		"the callback":        {callback, "localhost:8080/callback?[code:code=Splx…]&[state:state=kJ3n…]"},
		"the request":         {as + "/authorize?" + query, "localhost:8081/7b0c…/authorize?…&[state:state=kJ3n…]&[pkce:code_challenge=E9Me…]&…"},
		"an error":            {"http://a/cb?error=access_denied", "a/cb?[error:error=access_denied]"},
		"an odd query":        {"http://a/?&&=x&code=abc", "a/?[code:code=abc]"},
		"a value in percents": {"http://a/?code=%41%42", "a/?[code:code=AB]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got string
			for _, p := range AddressOf(tt.url).Pieces {
				if p.Kind == "" {
					got += p.Text
				} else {
					got += "[" + string(p.Kind) + ":" + p.Text + "]"
				}
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
