package main

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Node is one instruction as BuildKit's line parser leaves it.
type Node struct {
	Trigger
	Start    int       `json:"start"`
	End      int       `json:"end"`
	Heredocs []Heredoc `json:"heredocs"`
	Comments []string  `json:"comments"`
}

// Trigger is the part of a node that an ONBUILD's inner instruction has too.
// The heredocs of a trigger belong to the ONBUILD around it.
type Trigger struct {
	Keyword string   `json:"keyword"`
	Flags   []string `json:"flags"`
	Args    []string `json:"args"`
	JSON    bool     `json:"json"`
	Sub     *Trigger `json:"sub"`
}

// Heredoc is a here-document with the body BuildKit gave it.
type Heredoc struct {
	Name    string `json:"name"`
	Content string `json:"content"`
	Expand  bool   `json:"expand"`
	Chomp   bool   `json:"chomp"`
	FD      uint   `json:"fd"`
}

func nodes(children []*parser.Node) []Node {
	out := []Node{}
	for _, child := range children {
		n := Node{
			Trigger:  trigger(child),
			Start:    child.StartLine,
			End:      child.EndLine,
			Heredocs: []Heredoc{},
			Comments: append([]string{}, child.PrevComment...),
		}
		for _, h := range child.Heredocs {
			n.Heredocs = append(n.Heredocs, Heredoc{h.Name, h.Content, h.Expand, h.Chomp, h.FileDescriptor})
		}
		out = append(out, n)
	}
	return out
}

func trigger(node *parser.Node) Trigger {
	t := Trigger{
		Keyword: strings.ToLower(node.Value),
		Flags:   append([]string{}, node.Flags...),
		Args:    []string{},
		JSON:    node.Attributes["json"],
	}
	for arg := node.Next; arg != nil; arg = arg.Next {
		if len(arg.Children) > 0 {
			inner := trigger(arg.Children[0])
			t.Sub = &inner
			continue
		}
		t.Args = append(t.Args, arg.Value)
	}
	return t
}
