package authserver

import "golang.org/x/crypto/bcrypt"

// user is a fixture: someone who can sign in to every lab.
type user struct {
	Subject string
	Name    string
	hash    string // bcrypt, made once: hashing at start would only cost time
}

// Key is what presses the user's button, with the modifier that the browser has for that.
func (u user) Key() string { return u.Subject[:1] }

// users are the same in every lab; their passwords stand in the lessons.
func users() []user {
	return []user{
		{"alice", "Alice", "$2a$10$7M9ZwqO1lO8oq2PLG9dzJOCsU0b3k15/spGlv2LVwjoMI0gYoWa3K"},
		{"bob", "Bob", "$2a$10$N4wZk/18JfO9DZMZccBIFOEMY27JbX.LnxJRVIybmlQ.hWwA.cfNC"},
		{"carol", "Carol", "$2a$10$b9Uprt81DvlvXBr/gj9mhe6s1/P2AShHcAiUmjik4J24kxVcvtNgi"},
		{"mallory", "Mallory", "$2a$10$LISr29V/lK7RgimOwuDP8OeC89qXDHtucBs99ruSIa7O/U27iauxK"},
	}
}

func findUser(subject string) (user, bool) {
	for _, u := range users() {
		if u.Subject == subject {
			return u, true
		}
	}
	return user{}, false
}

// passwordFits compares in the time of one bcrypt whether or not the user exists.
func passwordFits(subject, password string) bool {
	u, known := findUser(subject)
	if !known {
		u = users()[0]
	}
	return bcrypt.CompareHashAndPassword([]byte(u.hash), []byte(password)) == nil && known
}
