package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/shmring/ipc/shmring"
)

// newClient returns a client whose requests go to the server at name, whatever host their URL says.
func newClient(name string, opts ...shmring.Option) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := shmring.Dial(ctx, name, opts...)
			if err != nil {
				return nil, err
			}
			return c.NetConn(), nil
		},
	}}
}

// get writes the answer to a request for path.
func get(ctx context.Context, client *http.Client, path string, out io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://shmring"+path, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	_, err = io.Copy(out, resp.Body)
	return err
}
