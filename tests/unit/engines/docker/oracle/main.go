// The oracle answers as Docker's own code does. It reads one JSON question a line and prints one JSON answer a line.
// renew.py asks it; its answers are kept in corpus.json.gz, so that the tests need no Go.
//
// Strings of a .dockerignore question are bytes, one code point each (Latin-1), since file names need not be UTF-8.
package main

import (
	"bytes"
	_ "crypto/sha256" // as in docker's own binary: a digest is valid only where its algorithm is linked
	_ "crypto/sha512"
	"encoding/json"
	"os"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

type question struct {
	Reference *string  `json:"reference"`
	Rules     string   `json:"rules"`
	Paths     []string `json:"paths"`
}

// parts is the answer for a reference: registry, repository, tag, digest, familiar name; null when it is refused.
type parts []string

func main() {
	in := json.NewDecoder(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for in.More() {
		var asked question
		check(in.Decode(&asked))
		if asked.Reference != nil {
			check(out.Encode(parse(*asked.Reference)))
		} else {
			check(out.Encode(ignored(asked)))
		}
	}
}

func parse(text string) parts {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil
	}
	tag, digest := "", ""
	if tagged, ok := named.(reference.Tagged); ok {
		tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		digest = digested.Digest().String()
	}
	return parts{reference.Domain(named), reference.Path(named), tag, digest, reference.FamiliarName(named)}
}

// ignored gives one letter a path: 1 ignored, 0 sent, E a pattern failed while it was matched; or one word for a file
// whose rules are refused as a whole.
func ignored(asked question) string {
	rules, err := ignorefile.ReadAll(bytes.NewReader(raw(asked.Rules)))
	if err != nil {
		return "unreadable"
	}
	matcher, err := patternmatcher.New(rules)
	if err != nil {
		return "refused"
	}
	var answers strings.Builder
	for _, path := range asked.Paths {
		answers.WriteByte(match(matcher, string(raw(path))))
	}
	return answers.String()
}

// match goes down from the top directory, each result based on its parent's, as both of Docker's walks do.
func match(matcher *patternmatcher.PatternMatcher, path string) byte {
	names := strings.Split(path, "/")
	info := patternmatcher.MatchInfo{}
	matched := false
	for i := range names {
		var err error
		matched, info, err = matcher.MatchesUsingParentResults(strings.Join(names[:i+1], "/"), info)
		if err != nil {
			return 'E'
		}
	}
	if matched {
		return '1'
	}
	return '0'
}

func raw(latin1 string) []byte {
	var text []byte
	for _, character := range latin1 {
		text = append(text, byte(character))
	}
	return text
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
