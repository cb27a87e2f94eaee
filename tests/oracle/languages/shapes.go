// SPDX-License-Identifier: Apache-2.0
// Methods, closures, generics, interfaces and inlined calls.
package main

import (
	"fmt"
	"os"
	"sort"
)

type Shape interface{ Area() float64 }

type Circle struct{ radius float64 }

type Square struct{ side float64 }

func (c Circle) Area() float64  { return 3.14159 * square(c.radius) }
func (s *Square) Area() float64 { return square(s.side) }

func square(x float64) float64 { return x * x }

func total[T Shape](list []T) (sum float64) {
	for _, shape := range list {
		sum += shape.Area()
	}
	return sum
}

//go:noinline
func each(list []Shape, visit func(Shape)) {
	for _, shape := range list {
		visit(shape)
	}
}

func main() {
	circles := []Circle{{1}, {2}, {float64(len(os.Args))}}
	squares := []*Square{{3}, {4}}
	list := []Shape{}
	for _, c := range circles {
		list = append(list, c)
	}
	for _, s := range squares {
		list = append(list, s)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Area() < list[j].Area() })
	sum := 0.0
	each(list, func(s Shape) { sum += s.Area() })
	defer func() { fmt.Println("done", recover()) }()
	fmt.Println(total(circles), total(squares), sum)
}
