// Package attack is Mallory: one attack, one file, and her site. An attack sends
// real HTTP to the lab as it stands and, where a victim is needed, has Alice's
// robot do what Alice would do. Its messages are ordinary events of the lab.
//
// What an attack declares is proven by the matrix: a strict lab suffers no harm,
// each guard that it names stops it alone, and without them it does harm.
package attack
