// Package echo holds the stubs of a service that sends back what it gets. echo.proto describes it.
package echo
