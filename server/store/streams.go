package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// What the store has on a server. The names begin alike, for the server may be
// shared with other programs. Documents and secrets are key-value buckets, which
// are streams by a naming convention, so that the tools of NATS show them as such.
const (
	bucketName  = "oauthlab-labs"
	secretsName = "KV_oauthlab-secrets"
	valuesName  = "KV_" + bucketName
	eventsName  = "oauthlab-events"
	leasesName  = "oauthlab-leases"

	secretSubject = "$KV.oauthlab-secrets."
	leaseSubject  = "oauthlab.lease."
	eventSubject  = "oauthlab.events."
	followSubject = "oauthlab.feed."
)

// leaderElected is where a cluster says that a stream has a new leader.
const leaderElected = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED."

// replicasInCluster survives the loss of one server.
const replicasInCluster = 3

// makeStreams makes what is missing and brings the rest to these options.
func (s *Store) makeStreams(ctx context.Context) (err error) {
	bucket := jetstream.StreamConfig{
		Storage: jetstream.FileStorage, MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew,
		AllowRollup: true, DenyDelete: true, AllowDirect: true,
	}
	documents, secrets := bucket, bucket
	documents.Name, documents.Subjects = valuesName, []string{subjectOf(">")}
	documents.Description = "documents of labs"
	documents.MaxAge = s.options.LabTTL
	documents.Duplicates = min(dedupeWindow, s.options.LabTTL)
	if s.values, err = s.make(ctx, documents); err != nil {
		return err
	}
	secrets.Name, secrets.Subjects = secretsName, []string{secretSubject + ">"}
	secrets.Description = "keys that every process of this installation shares"
	keys, err := s.make(ctx, secrets)
	if err != nil {
		return err
	}
	s.events, err = s.make(ctx, jetstream.StreamConfig{
		Name:              eventsName,
		Description:       "event logs of labs",
		Subjects:          []string{eventSubject + "*"},
		Storage:           jetstream.FileStorage,
		Retention:         jetstream.LimitsPolicy,
		Discard:           jetstream.DiscardOld,
		MaxMsgsPerSubject: int64(s.options.MaxEventsPerLab),
		MaxAge:            s.options.LabTTL,
		Duplicates:        min(dedupeWindow, s.options.LabTTL),
		AllowDirect:       true,
		RePublish:         &jetstream.RePublish{Source: eventSubject + "*", Destination: followSubject + "{{wildcard(1)}}"},
	})
	if err != nil {
		return err
	}
	s.kept = []jetstream.Stream{s.values, keys, s.events}
	s.leases, err = s.make(ctx, jetstream.StreamConfig{
		Name:              leasesName,
		Description:       "who is at work alone",
		Subjects:          []string{leaseSubject + "*"},
		Storage:           jetstream.MemoryStorage,
		MaxMsgsPerSubject: 1,
		MaxAge:            leaseLife,
		Duplicates:        min(dedupeWindow, leaseLife),
		AllowDirect:       true,
	})
	return err
}

// make makes a stream, or updates it. Its replicas stay what they are unless the
// options say otherwise, so that processes started differently do not fight.
func (s *Store) make(ctx context.Context, config jetstream.StreamConfig) (made jetstream.Stream, err error) {
	config.Replicas = s.options.Replicas
	if config.Replicas == 0 {
		config.Replicas = 1
		if s.requests.ConnectedClusterName() != "" {
			config.Replicas = replicasInCluster
		}
		var is jetstream.Stream
		err := s.patiently(ctx, func(ctx context.Context) (err error) {
			is, err = s.js.Stream(ctx, config.Name)
			return err
		})
		if err == nil {
			config.Replicas = is.CachedInfo().Config.Replicas
		} else if !errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil, fmt.Errorf("look for %s: %w", config.Description, err)
		}
	}
	err = s.patiently(ctx, func(ctx context.Context) (err error) {
		made, err = s.js.CreateOrUpdateStream(ctx, config)
		return err
	})
	var refused *jetstream.APIError
	if errors.As(err, &refused) && (refused.ErrorCode == codeNoPeers || refused.ErrorCode == codeNoCluster) {
		return nil, fmt.Errorf("%w: %d copies of the %s: %w", ErrReplicas, config.Replicas, config.Description, err)
	}
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", config.Description, err)
	}
	s.replicas = max(s.replicas, config.Replicas)
	return made, nil
}

// leaseLife is how long a lease stands whose holder has died. It is longer than
// anything that is done under one.
const leaseLife = 40 * time.Second
