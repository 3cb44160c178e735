package dns

// ResolverFlags say whom to ask, for go-arg; every program that looks names up embeds
// them.
type ResolverFlags struct {
	Nameservers []Nameserver `arg:"--nameserver,separate" placeholder:"ADDR[:PORT]" help:"name server to ask, and no other; several take turns (repeatable) [default: the system's]"`
	NoLookup    bool         `arg:"--no-lookup" help:"ask no name server"`
}

// Resolver is the one that the flags name; nil if nobody is to be asked.
func (f *ResolverFlags) Resolver() *Resolver {
	switch {
	case f.NoLookup:
		return nil
	case len(f.Nameservers) > 0:
		return New(f.Nameservers)
	default:
		return System()
	}
}
