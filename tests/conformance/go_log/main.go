// Go's own transparency log (the one behind its checksum database) as a judge: reads cases as JSON on
// standard input and writes one verdict for each.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// question is one case; which fields count depends on its kind.
type question struct {
	Kind              string
	First, Second     int64
	Proof             [][]byte
	FirstHash         []byte
	SecondHash        []byte
	Note, VerifierKey string
	Level, Width      int
	Folder            string
}

func hash(content []byte) (h tlog.Hash) {
	copy(h[:], content)
	return h
}

func hashes(contents [][]byte) (all []tlog.Hash) {
	for _, content := range contents {
		all = append(all, hash(content))
	}
	return all
}

func verdict(err error) string {
	if err != nil {
		return "refused"
	}
	return "accepted"
}

func opened(q question) string {
	verifier, err := note.NewVerifier(q.VerifierKey)
	if err != nil {
		return "refused"
	}
	n, err := note.Open([]byte(q.Note), note.VerifierList(verifier))
	if err != nil {
		return "refused"
	}
	return "accepted " + n.Text
}

func answer(q question) string {
	switch q.Kind {
	case "inclusion":
		return verdict(tlog.CheckRecord(hashes(q.Proof), q.Second, hash(q.SecondHash), q.First, hash(q.FirstHash)))
	case "consistency":
		return verdict(tlog.CheckTree(hashes(q.Proof), q.Second, hash(q.SecondHash), q.First, hash(q.FirstHash)))
	case "note":
		return opened(q)
	case "folder":
		return verdict(checkFolder(q.Folder, q.VerifierKey))
	case "tile":
		return strings.Replace(tlog.Tile{H: 8, L: q.Level, N: q.First, W: q.Width}.Path(), "tile/8/", "tile/", 1)
	}
	return "unknown kind"
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		panic(err)
	}
	answers := []string{}
	for _, q := range questions {
		answers = append(answers, answer(q))
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}
