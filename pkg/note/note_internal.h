/*
 * What the files of note share.
 */
#ifndef SIGLET_NOTE_INTERNAL_H
#define SIGLET_NOTE_INTERNAL_H

#include "note/note.h"

/* Not empty, no space of any kind, no plus (which separates the parts of a vkey). */
bool siglet_note_name_is_valid(siglet_slice name);

/* Whose lines these are; without a key where OpenSSL has no such algorithm. Borrows from key. */
siglet_note_verifier siglet_note_key_lines(const siglet_note_key *key);

#endif
