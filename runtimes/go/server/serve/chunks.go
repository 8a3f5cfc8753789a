package serve

import (
	"regexp"
	"strconv"
	"strings"
)

const maxLineBytes = 1 << 16

var (
	requestLine = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\\x00-\\x20\\x7f]+ HTTP/1\\.[01]$")
	chunkSize   = regexp.MustCompile(`^([0-9A-Fa-f]{1,12})[ \t]*(;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n$`)
	fieldLine   = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$")
)

// strictChunks looks at a body in chunks while it comes, before net/http reads it: that takes lines that end without a
// carriage return, and any trailers.
type strictChunks struct {
	line []byte
	// left of the chunk's data and of the line end behind it.
	left       uint64
	inTrailers bool
	over       bool
}

// takes is false for what is not as RFC 9112 has it.
func (c *strictChunks) takes(bytes []byte) bool {
	for len(bytes) > 0 && !c.over {
		if c.left > 2 {
			count := min(uint64(len(bytes)), c.left-2)
			bytes, c.left = bytes[count:], c.left-count
			continue
		}
		next := bytes[0]
		c.line, bytes = append(c.line, next), bytes[1:]
		if len(c.line) > maxLineBytes || c.left > 0 && len(c.line) == 1 && next != '\r' {
			return false
		}
		if next == '\n' {
			if !c.takesLine(string(c.line)) {
				return false
			}
			c.line = c.line[:0]
		}
	}
	return true
}

func (c *strictChunks) takesLine(line string) bool {
	switch {
	case c.left > 0:
		c.left = 0
		return line == "\r\n"
	case c.inTrailers:
		c.over = line == "\r\n"
		return c.over || strings.HasSuffix(line, "\r\n") && fieldLine.MatchString(line[:len(line)-2])
	}
	size := chunkSize.FindStringSubmatch(line)
	if size == nil {
		return false
	}
	length, err := strconv.ParseUint(size[1], 16, 64)
	c.inTrailers = length == 0
	if length > 0 {
		c.left = length + 2
	}
	return err == nil
}

func min(a, b uint64) uint64 {
	if a < b {
		return a
	}
	return b
}
