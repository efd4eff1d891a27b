package store

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// maxCached bounds how many documents are kept decoded, and maxCachedBytes how long
	// they are together, as JSON. Whichever was not used for longest goes.
	maxCached      = 16384
	maxCachedBytes = 64 << 20
)

// cache keeps versions of documents as they were last read or saved by this process.
type cache struct {
	mu    sync.Mutex // guards all below
	of    *lru.Cache[string, version]
	bytes int    // of the versions in it, as JSON
	epoch uint64 // grows with each lab that is deleted
}

func newCache() *cache {
	c := &cache{}
	c.of, _ = lru.NewWithEvict(maxCached, func(_ string, v version) { c.bytes -= v.size }) // fails for sizes below one
	return c
}

func (c *cache) get(key string) (version, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of.Get(key)
}

// now returns what put wants to know of the time at which a version was read.
func (c *cache) now() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// put keeps a version that was read or saved since epoch, unless there is a later one,
// or labs were deleted meanwhile.
func (c *cache) put(epoch uint64, v version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept, known := c.of.Peek(v.key); epoch != c.epoch || known && kept.revision > v.revision {
		return
	}
	c.of.Remove(v.key) // which counts its bytes back; to add a key anew would not
	c.bytes += v.size
	c.of.Add(v.key, v)
	for c.bytes > maxCachedBytes {
		c.of.RemoveOldest()
	}
}

// drop forgets a document of which it is not known how it stands.
func (c *cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of.Remove(key)
}

// dropLab forgets the documents of a lab that is deleted.
func (c *cache) dropLab(lab uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for _, key := range c.of.Keys() {
		if strings.HasPrefix(key, lab.String()+".") {
			c.of.Remove(key)
		}
	}
}

// clone returns a copy of a document that shares nothing with it that can be changed. It
// goes where JSON goes: into exported fields. Times lose their reading of the monotonic
// clock, as they do in JSON.
func clone[D any](doc D) D {
	v := reflect.ValueOf(&doc).Elem()
	deepen(v)
	return doc
}

var timeType = reflect.TypeFor[time.Time]()

// deepen replaces what v shares with others by copies.
func deepen(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			at := v.Addr().Interface().(*time.Time)
			*at = at.Round(0)
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && !isPlain(f.Kind()) {
				deepen(f)
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(fresh, v)
		v.Set(fresh)
		fallthrough
	case reflect.Array:
		if isPlain(v.Type().Elem().Kind()) {
			return
		}
		for i := range v.Len() {
			deepen(v.Index(i))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		fresh := reflect.New(v.Type().Elem())
		fresh.Elem().Set(v.Elem())
		deepen(fresh.Elem())
		v.Set(fresh)
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		fresh := reflect.New(v.Elem().Type()).Elem()
		fresh.Set(v.Elem())
		deepen(fresh)
		v.Set(fresh)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		fresh := reflect.MakeMapWithSize(v.Type(), v.Len())
		for each := v.MapRange(); each.Next(); {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(each.Value())
			deepen(value)
			fresh.SetMapIndex(each.Key(), value)
		}
		v.Set(fresh)
	}
}

// isPlain reports whether a value of the kind shares nothing that can be changed.
func isPlain(k reflect.Kind) bool {
	return k <= reflect.Complex128 || k == reflect.String
}
