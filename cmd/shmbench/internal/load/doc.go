// Package load is what shmbench sends and how it judges what arrives: records that prove their order and
// their contents, the count of everything that went wrong, and the times of round trips.
package load
