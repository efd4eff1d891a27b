package authserver

import (
	"cmp"
	"slices"

	"golang.org/x/crypto/bcrypt"

	"oauthlab/server/lab"
)

// user is someone who can sign in to a lab.
type user struct {
	Subject string
	Name    string
	Email   string // "" of one whom a seed gave the lab
	hash    string // bcrypt of the password
	seeded  bool   // a seed gave the lab this user

	Verified bool // somebody has looked whether the address is theirs (OpenID Connect Core §5.1)
}

// Key is what presses the user's button, with the modifier that the browser has for that.
// Users of a seed have none: their names may begin alike.
func (u user) Key() string {
	if u.seeded {
		return ""
	}
	return u.Subject[:1]
}

// people are the users of a lab, in the order of the sign-in page.
type people []user

// fixtures are in every lab; their passwords stand in the lessons. Whoever signs up may type any
// e-mail address, and Mallory has typed Alice's; nobody has verified that. The hashes were made
// once: hashing at start would only cost time.
func fixtures() people {
	return people{
		{Subject: "alice", Name: "Alice", Email: "alice@example.com", Verified: true, hash: "$2a$10$7M9ZwqO1lO8oq2PLG9dzJOCsU0b3k15/spGlv2LVwjoMI0gYoWa3K"},
		{Subject: "bob", Name: "Bob", Email: "bob@example.com", Verified: true, hash: "$2a$10$N4wZk/18JfO9DZMZccBIFOEMY27JbX.LnxJRVIybmlQ.hWwA.cfNC"},
		{Subject: "carol", Name: "Carol", Email: "carol@example.com", Verified: true, hash: "$2a$10$b9Uprt81DvlvXBr/gj9mhe6s1/P2AShHcAiUmjik4J24kxVcvtNgi"},
		{Subject: "mallory", Name: "Mallory", Email: "alice@example.com", hash: "$2a$10$LISr29V/lK7RgimOwuDP8OeC89qXDHtucBs99ruSIa7O/U27iauxK"},
	}
}

// usersOf returns a lab's users: those of its seed, then the fixtures, which lessons and
// attacks need. A user of the seed takes the place of the fixture of that name.
func usersOf(l *lab.Lab) people {
	var all people
	for _, u := range l.Settings.Users {
		all = append(all, user{Subject: u.Username, Name: cmp.Or(u.Name, u.Username), hash: u.PasswordHash, seeded: true})
	}
	for _, u := range fixtures() {
		if _, replaced := all.find(u.Subject); !replaced {
			all = append(all, u)
		}
	}
	return all
}

// find returns the user of the subject.
func (p people) find(subject string) (user, bool) {
	i := slices.IndexFunc(p, func(u user) bool { return u.Subject == subject })
	if i < 0 {
		return user{}, false
	}
	return p[i], true
}

// passwordFits compares in the time of one bcrypt whether or not the user exists.
func (p people) passwordFits(subject, password string) bool {
	u, known := p.find(subject)
	if !known {
		u = p[0]
	}
	return bcrypt.CompareHashAndPassword([]byte(u.hash), []byte(password)) == nil && known
}
