package handshake

import "net"

// Client runs the client's side on conn. The Peer of the result is valid with an error, too.
//
// Errors: [ErrProtocol], [*VersionError], [*SchemaError], [*CredentialsError], [*RefusedError], io.ErrUnexpectedEOF for a peer
// that hung up, os.ErrDeadlineExceeded, and the system's.
func Client(conn net.Conn, c Config, m Memory) (Result, error) {
	s := side{conn: conn, config: c, memory: m}
	return s.run(s.dial)
}

func (s *side) dial() error {
	if err := s.identify(); err != nil {
		return err
	}
	request := s.message(Request)
	request.Transport, request.Reason, request.Capacity = Ring, s.config.NoRing.Text, s.config.Capacity
	if request.Reason != "" {
		request.Transport = Socket
	}
	if err := s.write(&request); err != nil {
		return err
	}
	reply, files, err := s.read(Reply, 2)
	if err != nil {
		return err
	}
	defer closeFiles(files) // nothing was written to them
	if reply.Transport == None {
		return s.refused(&reply)
	}
	if err := s.accept(&reply); err != nil {
		return err
	}
	confirmation := s.message(Confirmation)
	confirmation.Transport = reply.Transport
	s.Reason = s.config.NoRing
	if reply.Transport == Ring {
		if err := s.memory.Attach(reply.Capacity, files); err != nil {
			s.Reason = Reason{"this side refused the memory: " + err.Error(), err}
			confirmation.Transport, confirmation.Reason = Socket, "the dialer refused the memory: "+err.Error()
		} else {
			s.Ring, s.Reason = true, Reason{}
		}
	} else if s.Reason.Text == "" {
		s.Reason.Text = reply.Reason
	}
	return s.write(&confirmation)
}

// refused returns what a reply without a transport says.
func (s *side) refused(reply *Message) error {
	if reply.Refusal == RefusedSchema {
		return &SchemaError{Peer: reply.Schema, Own: s.config.Schema}
	}
	return &RefusedError{reply.Refusal}
}
