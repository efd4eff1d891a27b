package limit

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks whose word about where a request comes from is taken. As
// a flag they are a list such as 10.0.0.0/8,127.0.0.1. The zero value trusts nobody.
type Proxies []netip.Prefix

// String writes the networks as the flag takes them.
func (p Proxies) String() string {
	names := make([]string, len(p))
	for i, prefix := range p {
		names[i] = prefix.String()
	}
	return strings.Join(names, ",")
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Proxies) UnmarshalText(list []byte) error {
	var all Proxies
	for text := range strings.SplitSeq(string(list), ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, notOne := netip.ParseAddr(text)
			if notOne != nil {
				return fmt.Errorf("%q is no address and no network such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		all = append(all, prefix.Masked())
	}
	*p = all
	return nil
}

func (p Proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(a) })
}

// Client is who sent r, as far as can be told: the other end of the connection, or,
// where that is a trusted proxy, the last address in X-Forwarded-For that is none.
// What stands before that address anybody could have written. An IPv6 client is its
// /64, for a household has that many. An address that cannot be read is the zero
// value, which all such clients share.
func (p Proxies) Client(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !p.trusts(client) {
			break
		}
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		client = before.Unmap()
	}
	if client.Is6() {
		if network, err := client.WithZone("").Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return client
}
