// `hailong`, the command of those who run devices and servers:
//
//   hailong device add --data /var/lib/hailong/server --counter 3
//
// One or two words name the command, options follow. Everything it prints goes
// into the console, so that a test can read it.
#pragma once
#include "operator/command.h"

// argv[0] is the program's name. Returns the program's exit code.
int operator_run(int argc, char **argv, struct console *console);
