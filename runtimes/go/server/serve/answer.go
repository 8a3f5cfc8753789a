package serve

import (
	"bufio"
	"net"
	"net/http"
)

// answer knows whether the function has begun to answer by itself.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(bytes []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(bytes)
}

// Flush sends what was written so far.
func (a *answer) Flush() {
	a.begun = true
	a.ResponseWriter.(http.Flusher).Flush()
}

// Hijack gives the connection to the function.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return a.ResponseWriter.(http.Hijacker).Hijack()
}

// fail answers as Kubeless does; an answer that has begun is cut, so that nobody takes it for a whole one.
func (a *answer) fail(err error) {
	if a.begun {
		a.Flush()
		panic(http.ErrAbortHandler)
	}
	for name := range a.Header() {
		a.Header().Del(name)
	}
	http.Error(a, "Error: "+err.Error(), http.StatusInternalServerError)
}
