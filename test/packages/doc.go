// Package packages holds the tests of what is shipped: the packages, built
// and installed for real, and the definitions in them, run by the real Nagios,
// Icinga 2 and NRPE. It has no code of its own.
package packages
