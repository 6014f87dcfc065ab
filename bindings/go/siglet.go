// Package siglet answers: is this file what that identity signed? It is Sigstore verification by libsiglet.
//
//	_, err := siglet.Verify(siglet.Request{File: "app.tar.gz"}, siglet.GitHub("acme/app"))
//
// Verify returns an error for what is refused, so that a check that was forgotten can't pass; Judge returns a Verdict
// either way. Neither uses the network. All functions may be called by any number of goroutines at once.
package siglet

/*
#cgo pkg-config: siglet
#include <stdlib.h>
#include "judge.h"
*/
import "C"

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// The first version of the library that has all that is used here; an older one of the same interface does not start
// a program that is linked with this.
const oldestMajor, oldestMinor = 0, 1

// Status is what an error means to who runs a program; also the exit statuses of the command line.
type Status int

// As siglet_status has them.
const (
	StatusRefused    Status = C.SIGLET_STATUS_REFUSED
	StatusUsage      Status = C.SIGLET_STATUS_USAGE
	StatusUnreadable Status = C.SIGLET_STATUS_UNREADABLE
	StatusService    Status = C.SIGLET_STATUS_SERVICE
	StatusTrust      Status = C.SIGLET_STATUS_TRUST
	StatusInternal   Status = C.SIGLET_STATUS_INTERNAL
)

// Error is why there is no answer.
type Error struct {
	Status  Status
	Code    string // the kind of fault: "io", "malformed" … (docs/json.md)
	Message string
	Hint    string // what to do, or ""
}

func (e *Error) Error() string {
	return withHint("siglet: "+e.Message, e.Hint)
}

// Refused is the error of Verify when the answer is no.
type Refused struct {
	Verdict *Verdict // by which rule, and what had been checked until then
}

func (e *Refused) Error() string {
	return withHint("siglet: "+e.Verdict.Line, e.Verdict.Hint)
}

func withHint(message, hint string) string {
	if hint == "" {
		return message
	}
	return message + " (" + hint + ")"
}

func usage(format string, arguments ...any) error {
	return &Error{Status: StatusUsage, Code: "usage", Message: fmt.Sprintf(format, arguments...)}
}

// asError takes what a function of the library returned.
func asError(err *C.siglet_error) error {
	if err == nil {
		return nil
	}
	defer C.siglet_error_free(err)
	return &Error{
		Status:  Status(C.siglet_error_status(err)),
		Code:    C.GoString(C.siglet_error_code(err)),
		Message: C.GoString(C.siglet_error_message(err)),
		Hint:    C.GoString(C.siglet_error_hint(err)),
	}
}

// texts are copies for C, freed together.
type texts []*C.char

func (t *texts) add(value string) *C.char {
	made := C.CString(value)
	*t = append(*t, made)
	return made
}

// addIf is NULL for "".
func (t *texts) addIf(value string) *C.char {
	if value == "" {
		return nil
	}
	return t.add(value)
}

func (t texts) free() {
	for _, text := range t {
		C.free(unsafe.Pointer(text))
	}
}

// checkText: C ends text at a NUL.
func checkText(values ...string) error {
	for _, value := range values {
		if strings.IndexByte(value, 0) >= 0 {
			return usage("%q has a NUL in it", value)
		}
	}
	return nil
}

// Version is that of the library that was found.
func Version() string {
	return C.GoString(C.siglet_version())
}

var checkVersion = sync.OnceValue(func() error {
	var major, minor int

	if _, err := fmt.Sscanf(Version(), "%d.%d", &major, &minor); err == nil &&
		(major > oldestMajor || major == oldestMajor && minor >= oldestMinor) {
		return nil
	}
	return usage("libsiglet is version %s; this package needs %d.%d or later", Version(), oldestMajor, oldestMinor)
})

// TrustRoot says whose word counts. It is immutable, and shared by any number of goroutines.
type TrustRoot struct {
	lock    sync.RWMutex // held by who uses trust
	trust   *C.siglet_trust
	warning string
}

// open has the library make a trust root; texts are its arguments.
func open(make func(t *texts, ret **C.siglet_trust) *C.siglet_error, arguments ...string) (*TrustRoot, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	if err := checkText(arguments...); err != nil {
		return nil, err
	}
	var t texts
	defer func() { t.free() }()
	root := &TrustRoot{}
	if err := asError(make(&t, &root.trust)); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(root, func(root *TrustRoot) { root.Close() })
	return root, nil
}

// Shipped is what the library was built with: "public", "staging" or "github".
func Shipped(instance string) (*TrustRoot, error) {
	return open(func(t *texts, ret **C.siglet_trust) *C.siglet_error {
		return C.siglet_trust_shipped(t.add(instance), ret)
	}, instance)
}

// FromFile reads a trusted_root.json.
func FromFile(path string) (*TrustRoot, error) {
	return open(func(t *texts, ret **C.siglet_trust) *C.siglet_error {
		return C.siglet_trust_open(t.add(path), ret)
	}, path)
}

// FromConfig takes the trusted root of a ClientTrustConfig's file.
func FromConfig(path string) (*TrustRoot, error) {
	return open(func(t *texts, ret **C.siglet_trust) *C.siglet_error {
		return C.siglet_trust_open_config(t.add(path), ret)
	}, path)
}

// FromJSON reads the content of a trusted_root.json; source names it in messages.
func FromJSON(json []byte, source string) (*TrustRoot, error) {
	return open(func(t *texts, ret **C.siglet_trust) *C.siglet_error {
		return C.siglet_trust_parse(address(json), C.size_t(len(json)), t.add(source), ret)
	}, source)
}

// Store says where Current keeps trust material.
type Store struct {
	Folder  string // "": the command line's
	Offline bool   // ask nobody
}

// Current is what is in force: kept in a folder, and refreshed by TUF when it is a day old. This alone uses the
// network, unless it is offline. instance may be one that siglet trust init set up.
func Current(instance string, options Store) (*TrustRoot, error) {
	var warning string

	root, err := open(func(t *texts, ret **C.siglet_trust) *C.siglet_error {
		var store *C.siglet_trust_store
		if err := C.siglet_trust_store_open(t.add(instance), &store); err != nil {
			return err
		}
		defer C.siglet_trust_store_free(store)
		if options.Folder != "" {
			if err := C.siglet_trust_store_set_folder(store, t.add(options.Folder)); err != nil {
				return err
			}
		}
		if options.Offline {
			C.siglet_trust_store_set_offline(store)
		}
		err := C.siglet_trust_store_get(store, C.SIGLET_TRUST_TO_VERIFY, ret)
		warning = C.GoString(C.siglet_trust_store_warning(store))
		return err
	}, instance, options.Folder)
	if err != nil {
		return nil, err
	}
	root.warning = warning
	return root, nil
}

// use calls do while nobody can close the root.
func (r *TrustRoot) use(do func(trust *C.siglet_trust) error) error {
	if r == nil {
		return usage("there is no trust root")
	}
	r.lock.RLock()
	defer r.lock.RUnlock()
	if r.trust == nil {
		return usage("the trust root is closed")
	}
	return do(r.trust)
}

func (r *TrustRoot) text(get func(trust *C.siglet_trust) *C.char) (text string) {
	_ = r.use(func(trust *C.siglet_trust) error {
		text = C.GoString(get(trust))
		return nil
	})
	return text
}

func (r *TrustRoot) time(get func(trust *C.siglet_trust, ret *C.int64_t) C.bool) (at time.Time) {
	_ = r.use(func(trust *C.siglet_trust) error {
		var seconds C.int64_t
		if get(trust, &seconds) {
			at = time.Unix(int64(seconds), 0).UTC()
		}
		return nil
	})
	return at
}

// Source is "public", "staging", "github", a private instance's name, or the file; "" once it is closed.
func (r *TrustRoot) Source() string {
	return r.text(func(trust *C.siglet_trust) *C.char { return C.siglet_trust_source(trust) })
}

// Origin is "shipped", "kept", "fetched", "file" or "memory"; "" once it is closed.
func (r *TrustRoot) Origin() string {
	return r.text(func(trust *C.siglet_trust) *C.char { return C.siglet_trust_origin(trust) })
}

// Refreshed is when it was fetched; zero where that is not known.
func (r *TrustRoot) Refreshed() time.Time {
	return r.time(func(trust *C.siglet_trust, ret *C.int64_t) C.bool {
		return C.siglet_trust_refreshed(trust, ret)
	})
}

// Expires is the earliest expiry of the metadata that proves it; zero: it has no age.
func (r *TrustRoot) Expires() time.Time {
	return r.time(func(trust *C.siglet_trust, ret *C.int64_t) C.bool { return C.siglet_trust_expires(trust, ret) })
}

// Warning is something a person should know, such as why it could not be refreshed; or "".
func (r *TrustRoot) Warning() string {
	if r == nil {
		return ""
	}
	return r.warning
}

// Close gives it back, once those who use it are done. It may be called again; without, the collector does it.
func (r *TrustRoot) Close() error {
	if r == nil {
		return nil
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	C.siglet_trust_free(r.trust)
	r.trust = nil
	runtime.SetFinalizer(r, nil)
	return nil
}

var public = sync.OnceValues(func() (*TrustRoot, error) { return Shipped("public") })
