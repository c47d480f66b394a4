package handshake

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
)

// Server runs the server's side on conn. The Peer of the result is valid with an error, too.
//
// Errors: [ErrProtocol], [*VersionError], [*SchemaError], [*CredentialsError], io.ErrUnexpectedEOF for a peer that hung up,
// os.ErrDeadlineExceeded, and the system's.
func Server(conn net.Conn, c Config, m Memory) (Result, error) {
	s := side{conn: conn, config: c, memory: m}
	return s.run(s.serve)
}

func (s *side) serve() error {
	request, err := s.receiveRequest()
	if err != nil {
		return err
	}
	reply := s.message(Reply)
	files := s.createRing(&request, &reply)
	if err := s.write(&reply, files...); err != nil {
		return err
	}
	confirmation, _, err := s.read(Confirmation, 0)
	if err != nil {
		return err
	}
	switch {
	case confirmation.Transport == reply.Transport:
		return nil
	case s.Ring && confirmation.Transport == Socket:
		s.Reason = Reason{Text: confirmation.Reason}
		return s.dropRing()
	}
	return fmt.Errorf("%w: it takes transport %d, the reply offered %d", ErrProtocol, confirmation.Transport, reply.Transport)
}

// receiveRequest reads the request and checks whether this side serves it. A client that it does not serve is told why.
func (s *side) receiveRequest() (request Message, err error) {
	if err = s.identify(); err == nil {
		request, _, err = s.read(Request, 0)
	}
	if err == nil {
		err = s.accept(&request)
	}
	if err != nil {
		if refusal := refusalFor(err); refusal != 0 {
			reply := s.message(Reply)
			reply.Refusal = refusal
			_ = s.write(&reply) // the peer may be gone; why it is refused counts
		}
	}
	return request, err
}

func refusalFor(err error) Refusal {
	var user *CredentialsError
	var version *VersionError
	var schema *SchemaError
	switch {
	case errors.As(err, &user):
		return RefusedUser
	case errors.As(err, &version):
		return RefusedVersion
	case errors.As(err, &schema):
		return RefusedSchema
	}
	return 0
}

// createRing decides which transport to offer, and writes it and its reason into the reply.
func (s *side) createRing(request, reply *Message) (files []*os.File) {
	reply.Transport = Socket
	if s.Reason = s.config.NoRing; s.Reason.Text == "" && request.Transport != Ring {
		s.Reason.Text = cmp.Or(request.Reason, "the dialer asked for the socket")
	}
	if reply.Reason = s.Reason.Text; reply.Reason != "" {
		return nil
	}
	files, actual, err := s.memory.Create(s.capacity(request))
	if err != nil {
		s.Reason = Reason{"this side could not make the memory: " + err.Error(), err}
		reply.Reason = "the listener could not make the memory: " + err.Error()
		return nil
	}
	s.Ring, reply.Transport, reply.Capacity = true, Ring, actual
	return files
}

// capacity returns what each ring should have, in bytes.
func (s *side) capacity(request *Message) uint64 {
	switch {
	case s.config.Capacity != 0:
		return s.config.Capacity
	case request.Capacity != 0:
		return min(request.Capacity, MaxClientCapacity)
	}
	return s.config.DefaultCapacity
}
