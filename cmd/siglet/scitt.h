/*
 * scitt: the keys of transparency services on the command line.
 */
#ifndef SIGLET_CLI_SCITT_H
#define SIGLET_CLI_SCITT_H

#include "cli.h"

/*
 * siglet trust scitt-keys: get a service's keys (--url), print them for comparison, and keep them
 * (--output); other keys than are kept there already only with --force. Errors: SIGLET_E_TRUST then;
 * those of siglet_service_keys_fetch.
 */
SIGLET_MUST_USE siglet_err *cli_pin_service_keys(const cli_arguments *arguments,
						 const cli_style *style);

#endif
