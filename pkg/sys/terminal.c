#include "sys/sys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ORDINARY_WIDTH 80
#define WAIT_MS 1000
#define BETWEEN_MS 100
#define WIPE "\r\033[K"

bool siglet_sys_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

unsigned siglet_sys_terminal_width(int fd)
{
	struct winsize size = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return ORDINARY_WIDTH;
	return size.ws_col;
}

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0;
}

bool siglet_sys_wants_color(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return (no_color == NULL || no_color[0] == '\0') && siglet_sys_is_terminal(fd) &&
	       !is_dumb();
}

/* Best effort: nobody's work fails because a bar can't be drawn. */
static void draw_text(int fd, const char *text, size_t len)
{
	while (len > 0) {
		const ssize_t written = write(fd, text, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		text += written;
		len -= (size_t)written;
	}
}

void siglet_sys_progress_start(siglet_sys_progress *progress, int fd, const char *what,
			       uint64_t total, bool bytes)
{
	*progress = (siglet_sys_progress) {
		.fd = siglet_sys_is_terminal(fd) && !is_dumb() ? fd : -1,
		.what = what,
		.total = total,
		.bytes = bytes,
	};
	if (progress->fd >= 0)
		progress->next_ms = siglet_sys_monotonic_ms() + WAIT_MS;
}

static void amount(const siglet_sys_progress *progress, uint64_t count, char *text, size_t size)
{
	if (!progress->bytes)
		(void)snprintf(text, size, "%llu", (unsigned long long)count);
	else
		(void)snprintf(text, size, "%llu MB", (unsigned long long)(count / 1000000));
}

/* "[######      ]  50% 512 MB of 1024 MB  NAME", cut at the width of the terminal. */
static void draw(siglet_sys_progress *progress)
{
	const unsigned width = siglet_sys_terminal_width(progress->fd);
	const siglet_printable what = siglet_text_printable(siglet_slice_str(progress->what));
	char line[512], bar[21], done[32], total[32];

	amount(progress, progress->done, done, sizeof(done));
	amount(progress, progress->total, total, sizeof(total));
	if (progress->total == 0 || progress->done > progress->total) {
		(void)snprintf(line, sizeof(line), "%s  %s", done, what.text);
	} else {
		const unsigned percent =
			(unsigned)((double)progress->done / (double)progress->total * 100);

		memset(bar, ' ', sizeof(bar) - 1);
		memset(bar, '#', percent / 5);
		bar[sizeof(bar) - 1] = '\0';
		(void)snprintf(line, sizeof(line), "[%s] %3u%%  %s of %s  %s", bar, percent, done,
			       total, what.text);
	}
	/* One column stays free, where terminals would wrap. In bytes: too short is no harm. */
	size_t len = strlen(line);
	if (len > width - 1)
		len = width - 1;
	while (len > 0 && ((unsigned char)line[len] & 0xc0) == 0x80)
		len--;
	draw_text(progress->fd, WIPE, strlen(WIPE));
	draw_text(progress->fd, line, len);
	progress->drawn = true;
}

void siglet_sys_progress_add(siglet_sys_progress *progress, uint64_t count)
{
	progress->done += count;
	if (progress->fd < 0)
		return;
	const int64_t now = siglet_sys_monotonic_ms();
	if (now < progress->next_ms)
		return;
	progress->next_ms = now + BETWEEN_MS;
	draw(progress);
}

void siglet_sys_progress_wipe(siglet_sys_progress *progress)
{
	if (progress->drawn)
		draw_text(progress->fd, WIPE, strlen(WIPE));
	progress->drawn = false;
}
