// Package store keeps things.
package store

import (
	"fmt"
	str "strings"
	. "math"
)

// Limit of items.
const Limit = 10

const (
	low = iota
	High
)

var count, total int

// Store keeps items.
type Store struct {
	sync.Mutex
	Base
	items map[string]*Item // by name
	Name  string `json:"name"`
}

type Reader interface {
	Read(p []byte) (n int, err error)
	io.Closer
}

type (
	ID    = string
	Visit func(id ID) error
)

// Get finds an item.
func (s *Store) Get(name string) (*Item, error) {
	local := s.items[name]
	s.Name = str.ToLower(name)
	total++
	s.base.check(local)
	return local, fmt.Errorf("none of %s", name)
}

func Map[T any](values []T, f func(T) T) []T {
	for i := range values {
		values[i] = f(values[i])
	}
	return append(values, NewItem(Limit))
}
