// Papers that the server makes by itself (office/papers.h): each morning the
// digest of the day before, and two days after an official month its report; as
// files in a folder, and by e-mail where a relay is known. The files are
// made on the caretaker's thread; the mail has a thread of its own, which may
// take minutes over a relay that is slow.
#pragma once
#include "server/caretaker.h"

struct server;
struct papers;

// NULL on failure, logged.
struct papers *papers_open(struct server *server);
void papers_close(struct papers *papers); // accepts NULL
struct chore papers_chore(struct papers *papers);
// Finds the next mail and, where several servers share the database, makes it
// this one's to send; before the next chore.
struct chore papers_claim_chore(struct papers *papers);
// What is on its way to the relay is broken off, and sent again later.
struct chore papers_mail_chore(struct papers *papers);
void papers_abort_mail(struct papers *papers); // accepts NULL
