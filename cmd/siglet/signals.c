#include "cli.h"

#include <signal.h>

/*
 * A download that is given up must leave nothing behind. A handler can only see global state: the
 * one place in the program that has any.
 */

#define MAX_GUARDED 2

static const siglet_sys_output *volatile guarded[MAX_GUARDED];

static const int ending_signals[] = { SIGHUP, SIGINT, SIGTERM };

/*
 * The handler is gone when it runs (SA_RESETHAND), so that the signal then does what it always
 * does.
 */
static void discard_and_end(int number)
{
	for (size_t i = 0; i < MAX_GUARDED; i++)
		if (guarded[i] != NULL)
			siglet_sys_output_discard(guarded[i]);
	(void)raise(number);
}

/* What is ignored (nohup) stays ignored. */
static void handle_signals(void)
{
	for (size_t i = 0; i < SIGLET_COUNT(ending_signals); i++) {
		struct sigaction action, before;

		if (sigaction(ending_signals[i], NULL, &before) != 0 ||
		    before.sa_handler != SIG_DFL)
			continue;
		action = (struct sigaction) { .sa_handler = discard_and_end };
		action.sa_flags = (int)SA_RESETHAND;
		(void)sigfillset(&action.sa_mask);
		(void)sigaction(ending_signals[i], &action, NULL);
	}
}

/* Not in the middle of changing the table. */
static void replace(const siglet_sys_output *from, const siglet_sys_output *to)
{
	sigset_t block, before;

	(void)sigemptyset(&block);
	for (size_t i = 0; i < SIGLET_COUNT(ending_signals); i++)
		(void)sigaddset(&block, ending_signals[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &before);
	for (size_t i = 0; i < MAX_GUARDED; i++)
		if (guarded[i] == from) {
			guarded[i] = to;
			break;
		}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void cli_guard(const siglet_sys_output *output)
{
	if (output == NULL)
		return;
	handle_signals();
	replace(NULL, output);
}

void cli_unguard(const siglet_sys_output *output)
{
	if (output != NULL)
		replace(output, NULL);
}
