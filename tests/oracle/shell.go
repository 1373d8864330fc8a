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
	for lines.Scan() {
		var script string
		if err := json.Unmarshal(lines.Bytes(), &script); err != nil {
			return err
		}
		if _, err := out.Write(encode(readShell(script))); err != nil {
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
	text, ok := unquoted(word.Parts, false)
	if !ok {
		return nil
	}
	return &text
}

// unquoted puts the parts of a word together, if they are all plain.
func unquoted(parts []syntax.WordPart, inQuotes bool) (string, bool) {
	var text strings.Builder
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			text.WriteString(unescaped(part.Value, inQuotes))
		case *syntax.DblQuoted:
			inner, ok := unquoted(part.Parts, true)
			if !ok {
				return "", false
			}
			text.WriteString(inner)
		case *syntax.SglQuoted:
			inner := part.Value
			if part.Dollar {
				var err error
				word := &syntax.Word{Parts: []syntax.WordPart{part}}
				if inner, err = shellexpand.Literal(nil, word); err != nil {
					return "", false
				}
			}
			text.WriteString(inner)
		default:
			return "", false
		}
	}
	return text.String(), true
}

// unescaped drops the backslashes that the parser keeps. In double quotes most
// stand for themselves.
func unescaped(text string, inQuotes bool) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (!inQuotes || strings.IndexByte("$`\"\\\n", text[i+1]) >= 0) {
			i++
			if text[i] == '\n' {
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
