package main

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"

	shellexpand "mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// A shellAnswer has the errors of a script, empty if there are none, and, if
// bash reads it, its simple commands in the order of their first bytes.
type shellAnswer struct {
	Bash     string         `json:"bash"`
	Posix    string         `json:"posix"`
	Commands []shellCommand `json:"commands"`
}

// A shellCommand has words and values as the command is given them, null where
// something is expanded.
type shellCommand struct {
	At          uint      `json:"at"`
	Assignments [][2]any  `json:"assignments"`
	Words       []*string `json:"words"`
}

// answerShell answers one script a line, each a JSON string.
func answerShell(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	buffered := bufio.NewWriter(out)
	defer buffered.Flush()
	for lines.Scan() {
		var script string
		if err := json.Unmarshal(lines.Bytes(), &script); err != nil {
			return err
		}
		if _, err := buffered.Write(encode(readShell(script))); err != nil {
			return err
		}
	}
	return lines.Err()
}

func readShell(script string) shellAnswer {
	answer := shellAnswer{Commands: []shellCommand{}}
	if _, err := parseShell(script, syntax.LangPOSIX); err != nil {
		answer.Posix = err.Error()
	}
	file, err := parseShell(script, syntax.LangBash)
	if err != nil {
		answer.Bash = err.Error()
		return answer
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		switch command := node.(type) {
		case *syntax.CallExpr:
			answer.add(command, command.Assigns, nil, command.Args)
		case *syntax.DeclClause:
			answer.add(command, nil, []*string{&command.Variant.Value}, nil)
			last := &answer.Commands[len(answer.Commands)-1]
			for _, argument := range command.Args {
				last.Words = append(last.Words, declared(argument))
			}
		}
		return true
	})
	return answer
}

func parseShell(script string, variant syntax.LangVariant) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(variant)).Parse(strings.NewReader(script), "")
}

func (a *shellAnswer) add(node syntax.Node, assigns []*syntax.Assign, words []*string, args []*syntax.Word) {
	command := shellCommand{At: node.Pos().Offset(), Assignments: [][2]any{}, Words: words}
	for _, assign := range assigns {
		value := literal(assign.Value)
		if assign.Array != nil || assign.Index != nil {
			value = nil
		}
		command.Assignments = append(command.Assignments, [2]any{assign.Name.Value, value})
	}
	for _, word := range args {
		command.Words = append(command.Words, literal(word))
	}
	if command.Words == nil {
		command.Words = []*string{}
	}
	a.Commands = append(a.Commands, command)
}

// declared is an argument of export and its like.
func declared(argument *syntax.Assign) *string {
	if argument.Name == nil {
		return literal(argument.Value)
	}
	if argument.Naked && argument.Index == nil {
		return &argument.Name.Value
	}
	value := literal(argument.Value)
	if argument.Array != nil || argument.Index != nil || value == nil {
		return nil
	}
	operator := "="
	if argument.Append {
		operator = "+="
	}
	text := argument.Name.Value + operator + *value
	return &text
}

// literal is what a word stands for if nothing in it is expanded but patterns;
// of nothing it is the empty text.
func literal(word *syntax.Word) *string {
	empty := ""
	if word == nil {
		return &empty
	}
	plain := true
	syntax.Walk(word, func(node syntax.Node) bool {
		switch node.(type) {
		case nil, *syntax.Word, *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted:
		default:
			plain = false
		}
		return plain
	})
	if !plain {
		return nil
	}
	text, err := shellexpand.Literal(nil, word)
	if err != nil {
		return nil
	}
	return &text
}
