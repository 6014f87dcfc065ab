/*
 * sys: what does the machine say?
 *
 * Files read within bounds and written whole or not at all, folders walked, standard streams,
 * clocks, the environment, the terminal. The only room besides the programs that asks the
 * operating system. No state and no signals: safe from any thread, an output or a progress bar
 * belongs to one at a time.
 *
 * Messages name the file as it was given, made harmless for a terminal, and why: "a.txt: is a
 * directory".
 *
 * Spec: POSIX.1-2008.
 */
#ifndef SIGLET_SYS_H
#define SIGLET_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/* ---- reading (read.c) ---- */

/* Takes the next piece of a stream; an error ends the reading and is returned. */
typedef siglet_err *siglet_sys_consume(void *context, siglet_slice piece);

/*
 * The whole of a regular file. ret_data is initialised by the caller, and its ceiling is the
 * file's; what is left of a failure is cleared. A directory, FIFO, socket or device is refused
 * without waiting for it.
 *
 * Errors: SIGLET_E_IO     missing, unreadable, or no regular file
 *         SIGLET_E_LIMIT  larger than the ceiling
 *         SIGLET_E_NOMEM
 */
SIGLET_MUST_USE siglet_err *siglet_sys_read_file(const char *path, siglet_buf *ret_data);

/* The same of standard input, which may be anything that can be read. */
SIGLET_MUST_USE siglet_err *siglet_sys_read_stdin(siglet_buf *ret_data);

/* And of an open descriptor, named "descriptor N" in messages; it stays open. */
SIGLET_MUST_USE siglet_err *siglet_sys_read_descriptor(int fd, siglet_buf *ret_data);

/*
 * A regular file from its start to its end, once, in pieces of up to 1 MiB that live until consume
 * returns.
 * Errors: SIGLET_E_IO, SIGLET_E_NOMEM, those of consume.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_stream_file(const char *path, siglet_sys_consume *consume,
						   void *context);
SIGLET_MUST_USE siglet_err *siglet_sys_stream_stdin(siglet_sys_consume *consume, void *context);

/*
 * The same, and an error if the file changed meanwhile: another size, time or inode at the end
 * than at the start, or another number of bytes. Errors also: SIGLET_E_IO.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_stream_unchanged(const char *path,
							siglet_sys_consume *consume, void *context);

/*
 * The same for a file named below a folder: no part of name may be a symbolic link or "..", nor
 * may it be absolute, so that nothing outside the folder is read. Errors: as
 * siglet_sys_stream_file; SIGLET_E_MISSING where there is no such file; SIGLET_E_USAGE for such a
 * name.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_stream_beneath(const char *folder, const char *name,
						      siglet_sys_consume *consume, void *context);

/* Could it be streamed? Errors: SIGLET_E_IO as siglet_sys_stream_file. */
SIGLET_MUST_USE siglet_err *siglet_sys_check_file(const char *path);

/* Is there anything by that name? False only when there certainly is nothing. */
bool siglet_sys_is_there(const char *path);

/*
 * Nothing may be there by that name. Errors: SIGLET_E_IO: something is ("is there already"), or
 * that can't be found out.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_check_absent(const char *path);

bool siglet_sys_is_folder(const char *path);

/* Do both names lead to one file that is there? */
bool siglet_sys_is_same_file(const char *a, const char *b);
/* Do both stand for one name in one folder, whether there is such a file or not? */
bool siglet_sys_is_same_place(const char *a, const char *b);

/* The size of a regular file in bytes, for progress bars; 0 where it is not known. */
uint64_t siglet_sys_file_size(const char *path);

/* ---- writing (output.c) ---- */

/* A file that comes into being whole, or not at all. */
typedef struct siglet_sys_output siglet_sys_output;

/*
 * Begin a file: the bytes go to a temporary in the same folder that only its owner can read, and
 * that has no name where the system knows how to do that. Only a regular file may be in the way
 * (it is replaced on commit): no folder, device or symbolic link. Free the output when done.
 * Errors: SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_output_begin(const char *path,
						    siglet_sys_output **ret_output);
/*
 * The same of a file that one process at a time writes, under a lock: its temporary has a name of
 * its own, so that one that a crash left is used by the next.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_output_begin_alone(const char *path,
							  siglet_sys_output **ret_output);
SIGLET_MUST_USE siglet_err *siglet_sys_output_write(siglet_sys_output *output, siglet_slice data);

/*
 * Have room for so many bytes, so that no disk is full later; a file is as long as what was
 * written.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_output_reserve(siglet_sys_output *output, uint64_t bytes);

/*
 * Give it the permissions mode, put it on disk, then in its place. After an error the file is as
 * it was, unless the error says that only the folder could not be put on disk. Errors:
 * SIGLET_E_IO.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_output_commit(siglet_sys_output *output, unsigned mode);

/* The same, but what came to be there meanwhile is not replaced: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_output_commit_new(siglet_sys_output *output, unsigned mode);

/* Remove the temporary. Safe to call from a signal handler. */
void siglet_sys_output_discard(const siglet_sys_output *output);

/* Discards what was not committed. NULL is fine. */
void siglet_sys_output_free(siglet_sys_output *output);

/*
 * The permissions of a new file: 0666 without what the umask takes. Changes the umask for a
 * moment.
 */
unsigned siglet_sys_new_file_mode(void);

/* ---- what comes in parts (resume.c) ---- */

#define SIGLET_SYS_MAX_NOTE_BYTES 4096

/*
 * As siglet_sys_output_begin, of a file that may need several runs: what came so far lies beside it
 * as ".NAME.part", for its owner alone, with a note of the caller's on what it is. ret_note gets the
 * note that an earlier run left (empty: nothing was left), ret_size how many bytes it left.
 * Errors: SIGLET_E_IO also when another process is at it, or what lies there is not ours.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_output_resume(const char *path, siglet_buf *ret_note,
						     uint64_t *ret_size,
						     siglet_sys_output **ret_output);
/* The bytes that are there, from the start. Errors: SIGLET_E_IO, SIGLET_E_NOMEM, those of consume. */
SIGLET_MUST_USE siglet_err *siglet_sys_output_replay(siglet_sys_output *output,
						     siglet_sys_consume *consume, void *context);
/* Forget what is there, and say what comes from now on. An empty note can't be gone on with. */
SIGLET_MUST_USE siglet_err *siglet_sys_output_restart(siglet_sys_output *output, siglet_slice note);
/* Leave what is there for another run; free the output all the same. */
void siglet_sys_output_leave(siglet_sys_output *output);

/* ---- files that are read more than once (held.c) ---- */

/* A regular file that is held open: whatever becomes of its name, it is the same one. */
typedef struct siglet_sys_held siglet_sys_held;
SIGLET_MUST_USE siglet_err *siglet_sys_hold_file(const char *path, siglet_sys_held **ret_held);
uint64_t siglet_sys_held_size(const siglet_sys_held *held); /* when it was opened, in bytes */
/* Up to len bytes from offset on; fewer only at its end. Any thread. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_held_read(const siglet_sys_held *held, uint64_t offset,
						 void *ret_bytes, size_t len, size_t *ret_len);
/* Errors: SIGLET_E_IO: somebody wrote to it since it was opened. */
SIGLET_MUST_USE siglet_err *siglet_sys_held_check(const siglet_sys_held *held);
void siglet_sys_release_file(siglet_sys_held *held); /* NULL is fine */

/* ---- logs (append.c) ---- */

/*
 * Append a line, which ends with a newline, to a file that is made (for its owner alone) where
 * there is none: whole, under a lock, and on disk when this returns. It may be renamed away at any
 * time: the line goes to the file that has the name then. After an error nothing was added. No line
 * at all (length 0) finds out whether one could be. A symbolic link is not followed. Errors:
 * SIGLET_E_IO.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_append_line(const char *path, siglet_slice line);

/*
 * Connect to the system's log or journal, which listens at path (NULL: where it usually does). For a
 * program that gives up its right to open sockets. Errors: SIGLET_E_IO. (syslog.c)
 */
SIGLET_MUST_USE siglet_err *siglet_sys_open_syslog(const char *path, int *ret_fd);
/*
 * Hand over a line (without its end) whole, as siglet's, of the facility authpriv; is_warning: of that
 * priority, else of info. Any thread. Errors: SIGLET_E_IO, also where it is longer than the log takes.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_write_syslog(int fd, bool is_warning, siglet_slice line);
void siglet_sys_close_syslog(int fd); /* -1 is fine */

/* ---- what a program keeps for itself (keep.c) ---- */

/*
 * Make a folder, and what is missing above it, for its owner alone. What is there already must be
 * a folder, and its last part no symbolic link. Errors: SIGLET_E_IO, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_make_folder(const char *path);

/*
 * As siglet_sys_read_file, but a symbolic link is refused. Errors also: SIGLET_E_MISSING where
 * there is no such file.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_read_kept(const char *path, siglet_buf *ret_data);

/* Put a file in place, for its owner alone, whole or not at all. Errors: SIGLET_E_IO, _NOMEM. */
SIGLET_MUST_USE siglet_err *siglet_sys_write_kept(const char *path, siglet_slice data);

/*
 * An empty file for its owner alone, where there is none, for a library that opens it by name: what
 * is there must be a regular file. Appends its absolute name, in which nothing is a symbolic link.
 * Errors: SIGLET_E_IO, SIGLET_E_LIMIT, SIGLET_E_NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_make_kept(const char *path, siglet_buf *ret_real_path);

/*
 * Put a file in place, for everybody to read, with the folders above it; whole, but not put on disk:
 * it is a copy that can be had again. Errors: SIGLET_E_IO, _NOMEM.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_write_copy(const char *path, siglet_slice data);
/* Put on disk whatever was written below that folder. Errors: SIGLET_E_IO. */
SIGLET_MUST_USE siglet_err *siglet_sys_sync_copies(const char *folder);

/*
 * Wait for the lock that a file stands for, which is made where there is none; of all processes
 * one has it, until it is given back or ends. Errors: SIGLET_E_IO, also when it took too long.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_lock(const char *path, unsigned wait_ms, int *ret_lock);
void siglet_sys_unlock(int lock); /* -1 is fine */
/* The same without waiting; the file says who has it. Errors: SIGLET_E_IO names that process. */
SIGLET_MUST_USE siglet_err *siglet_sys_lock_alone(const char *path, int *ret_lock);

/* ---- folders (walk.c) ---- */

#define SIGLET_SYS_MAX_DEPTH 200

typedef siglet_err *siglet_sys_visit(void *context, const char *path);

/*
 * Call visit with the name of everything that lies in folder, in byte order. No such folder is an
 * empty one. Errors: SIGLET_E_IO, SIGLET_E_NOMEM, those of visit.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_list(const char *folder, siglet_sys_visit *visit,
					    void *context);

/*
 * Call visit with the path ("FOLDER/a/b") of every regular file below folder, in byte order of the
 * names in each folder; links are not followed, other kinds of files are passed over. Errors:
 * SIGLET_E_IO for a folder that can't be read or lies deeper than SIGLET_SYS_MAX_DEPTH,
 * SIGLET_E_NOMEM, those of visit.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_walk(const char *folder, siglet_sys_visit *visit,
					    void *context);

/* ---- the process (process.c) ---- */

/*
 * Open what of the descriptors 0, 1 and 2 is closed, so that no file that is opened later takes
 * its place; reading or writing it still fails. For the start of a program.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_keep_standard_streams(void);

/*
 * A variable, or NULL: also where it is empty, and where the program has more rights than its
 * user.
 */
const char *siglet_sys_environment(const char *name);

/* Overwrite a variable's value where it stands: it was a secret, and has been read. */
void siglet_sys_wipe_environment(const char *name);

/*
 * Run a program that PATH leads to, without a shell, with those variables of ours alone that the
 * NULL-terminated list names, and collect its standard output, for up to 30 s. (run.c)
 * Errors: SIGLET_E_MISSING (no such program), SIGLET_E_IO (it failed: its status, and the
 *                          first line of its
 *         standard error), SIGLET_E_LIMIT (more output than the buffer takes), SIGLET_E_IO.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_run(const char *const *argv, const char *const *variables,
					   siglet_buf *ret_output);

/*
 * Run a program that PATH leads to, without a shell or arguments, with input on its standard input,
 * and wait for it, for up to ten minutes. What it prints goes to our standard error. (hand.c)
 * Errors: SIGLET_E_IO: it can't be run, failed, or does not end.
 */
SIGLET_MUST_USE siglet_err *siglet_sys_hand_over(const char *program, siglet_slice input);

/*
 * From now on no thread of this process, and no program that it starts, can open or use a socket:
 * EPERM. For programs only, before threads are started. False where the system knows no way.
 * (confine.c)
 */
bool siglet_sys_refuse_network(void);

unsigned siglet_sys_processors(void); /* online, at least 1 */
int64_t siglet_sys_now_s(void);	      /* seconds since 1970 UTC */
void siglet_sys_sleep_ms(unsigned ms);
int64_t siglet_sys_monotonic_ms(void); /* from some point on, never backwards */

/*
 * Have the desktop open a URL (browser.c), without the tokens that CI services put into the
 * environment. False where there is none.
 */
bool siglet_sys_open_browser(const char *url);

/* ---- the terminal (terminal.c) ---- */

bool siglet_sys_is_terminal(int fd);
unsigned siglet_sys_terminal_width(int fd); /* in columns; 80 where it is not known */

/* Does a person want colour there? A terminal that is not dumb, and no NO_COLOR. */
bool siglet_sys_wants_color(int fd);

/*
 * A progress bar: nothing unless fd is a terminal and the work lasts over a second, then one line
 * that is drawn over ten times a second at most, and wiped when it ends.
 */
typedef struct siglet_sys_progress {
	int fd;		  /* -1: draws nothing */
	const char *what; /* borrowed; any bytes */
	uint64_t done;
	uint64_t total; /* 0: not known */
	bool bytes;	/* counted in bytes, else in files */
	bool drawn;
	int64_t next_ms; /* nothing is drawn before */
} siglet_sys_progress;

void siglet_sys_progress_start(siglet_sys_progress *progress, int fd, const char *what,
			       uint64_t total, bool bytes);
void siglet_sys_progress_add(siglet_sys_progress *progress, uint64_t count);
/* Wipe the line, for something else to be printed or for good; the next add may draw it again. */
void siglet_sys_progress_wipe(siglet_sys_progress *progress);

#endif
