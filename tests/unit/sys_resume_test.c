#include "../lib/check.h"
#include "sys/sys.h"
#include "sys_scratch.h"

/* A file that comes in parts, and one that is held open. */

static siglet_buf note;
static uint64_t size;

static siglet_err *resume(const char *name, siglet_sys_output **ret_output)
{
	siglet_buf_clear(&note);
	size = 99;
	return siglet_sys_output_resume(in_scratch(name), &note, &size, ret_output);
}

static siglet_err *collect(void *context, siglet_slice piece)
{
	return siglet_buf_append(context, piece);
}

static bool holds(siglet_sys_output *output, const char *text)
{
	siglet_buf data;
	bool same;

	siglet_buf_init(&data, 1024);
	siglet_err *err = siglet_sys_output_replay(output, collect, &data);
	same = err == NULL && strcmp(siglet_buf_text(&data), text) == 0;
	siglet_err_free(err);
	siglet_buf_clear(&data);
	return same;
}

static siglet_err *add(siglet_sys_output *output, const char *text)
{
	return siglet_sys_output_write(output, siglet_slice_str(text));
}

static void a_part_is_gone_on_with(void)
{
	siglet_sys_output *output = NULL, *second = NULL;
	struct stat info = { 0 };

	OK_SUCCESS(resume("file", &output), "begun");
	OK(size == 0 && note.len == 0, "nothing was left");
	OK_SUCCESS(siglet_sys_output_restart(output, siglet_slice_str("one")), "what it is");
	OK_SUCCESS(add(output, "first "), "a part comes");
	OK(stat(in_scratch(".file.part"), &info) == 0 && (info.st_mode & 07777) == 0600,
	   "which only its owner can read");
	OK(stat(in_scratch(".file.part.note"), &info) == 0 && (info.st_mode & 07777) == 0600,
	   "as the note");
	OK_ERROR(resume("file", &second), SIGLET_E_IO, "one at a time");
	OK(holds(output, "first "), "who is refused removes nothing");
	siglet_sys_output_leave(output);
	siglet_sys_output_free(output);
	OK(!siglet_sys_is_there(in_scratch("file")), "no file yet");
	OK_SUCCESS(resume("file", &output), "another run");
	OK(size == 6 && strcmp(siglet_buf_text(&note), "one") == 0, "finds what was left");
	OK(holds(output, "first "), "its bytes");
	OK_SUCCESS(add(output, "second"), "goes on behind them");
	OK_SUCCESS(siglet_sys_output_commit(output, 0644), "and makes the file");
	siglet_sys_output_free(output);
	OK(file_holds("file", "first second"), "of both");
	OK(!siglet_sys_is_there(in_scratch(".file.part")) &&
		   !siglet_sys_is_there(in_scratch(".file.part.note")),
	   "nothing else is left");
}

static void a_part_is_begun_again(void)
{
	siglet_sys_output *output = NULL;

	OK_SUCCESS(resume("again", &output), "begun");
	OK_SUCCESS(siglet_sys_output_restart(output, siglet_slice_str("one")), "what it is");
	OK_SUCCESS(add(output, "a long part"), "a part");
	OK_SUCCESS(siglet_sys_output_restart(output, siglet_slice_str("two")), "is forgotten");
	OK(holds(output, ""), "whole");
	OK_SUCCESS(add(output, "short"), "another");
	siglet_sys_output_leave(output);
	siglet_sys_output_free(output);
	OK_SUCCESS(resume("again", &output), "another run");
	OK(size == 5 && strcmp(siglet_buf_text(&note), "two") == 0, "finds the other");
	OK_SUCCESS(siglet_sys_output_restart(output, SIGLET_SLICE_NONE), "what can't be named");
	OK(!siglet_sys_is_there(in_scratch(".again.part.note")), "has no note");
	siglet_sys_output_free(output);
	OK(!siglet_sys_is_there(in_scratch(".again.part")), "what is not left is removed");
	OK(!siglet_sys_is_there(in_scratch("again")), "and no file is made");
}

static void what_is_not_ours_is_left_alone(void)
{
	siglet_sys_output *output = NULL;

	put_file("victim", "mine", 4);
	put_link(".link.part", in_scratch("victim"));
	OK_ERROR(resume("link", &output), SIGLET_E_IO, "a symbolic link is not followed");
	OK(link(in_scratch("victim"), in_scratch(".hard.part")) == 0, "a second name");
	OK_ERROR(resume("hard", &output), SIGLET_E_IO, "is not written to");
	OK(file_holds("victim", "mine") && siglet_sys_is_there(in_scratch(".hard.part")),
	   "nor removed");
	put_file(".noted.part", "xyz", 3);
	put_link(".noted.part.note", in_scratch("victim"));
	OK_SUCCESS(resume("noted", &output), "a note that is a link");
	OK(note.len == 0 && size == 3, "is none");
	OK_SUCCESS(siglet_sys_output_restart(output, siglet_slice_str("mine")), "and is replaced");
	siglet_sys_output_free(output);
	OK(file_holds("victim", "mine"), "not written through");
	OK(mkdir(in_scratch("folder"), 0755) == 0, "a folder");
	OK_ERROR(resume("folder", &output), SIGLET_E_IO, "is no file");
	OK_ERROR(resume("missing/file", &output), SIGLET_E_IO, "nor is a folder that is missing");
	char name[251];
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	OK_ERROR(resume(name, &output), SIGLET_E_IO, "nor what has too long a name");
}

static void a_held_file_stays_the_same(void)
{
	siglet_sys_held *held = NULL;
	char bytes[16] = "";
	size_t len = 0;

	put_file("held", "the first", 9);
	OK_SUCCESS(siglet_sys_hold_file(in_scratch("held"), &held), "held");
	OK(siglet_sys_held_size(held) == 9, "its size");
	OK(rename(in_scratch("held"), in_scratch("away")) == 0, "its name goes to");
	put_file("held", "another", 7);
	OK_SUCCESS(siglet_sys_held_read(held, 4, bytes, sizeof(bytes), &len), "another");
	OK(len == 5 && memcmp(bytes, "first", 5) == 0, "and it is still the first");
	OK_SUCCESS(siglet_sys_held_read(held, 9, bytes, sizeof(bytes), &len), "behind its end");
	OK(len == 0, "is nothing");
	siglet_sys_release_file(held);
	OK_SUCCESS(siglet_sys_hold_file(in_scratch("away"), &held), "held again");
	OK_SUCCESS(siglet_sys_held_check(held), "and as it was");
	put_file("away", "THE FIRST", 9);
	OK_ERROR(siglet_sys_held_check(held), SIGLET_E_IO, "until somebody writes to it");
	siglet_sys_release_file(held);
	siglet_sys_release_file(NULL);
	OK_ERROR(siglet_sys_hold_file(in_scratch("folder"), &held), SIGLET_E_IO, "no folder");
	OK_ERROR(siglet_sys_hold_file(in_scratch("nothing"), &held), SIGLET_E_IO, "nor nothing");
}

int main(void)
{
	scratch_make();
	siglet_buf_init(&note, SIGLET_SYS_MAX_NOTE_BYTES);
	a_part_is_gone_on_with();
	a_part_is_begun_again();
	what_is_not_ours_is_left_alone();
	a_held_file_stays_the_same();
	siglet_buf_clear(&note);
	return tap_done();
}
