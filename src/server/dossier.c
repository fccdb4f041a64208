#include "server/dossier.h"
#include "common/date.h"
#include "ledger/pseudonym.h"
#include "office/transaction_keys.h"
#include "server/context.h"
#include "server/request.h"
#include <string.h>

bool dossier_keep(struct request *request, int64_t at,
                  char transaction[RECORD_TRANSACTION_SIZE])
{
    struct server *server = request->server;
    const char *unit = server->settings.unit_code;
    struct pseudonym_keys keys = {.linked = server->settings.defaults.linked};
    char kept[RECORD_TRANSACTION_SIZE];
    if (transaction[0] == '\0') {
        return true;
    }
    struct office *office = readers_take(server->readers);
    enum office_result result = office_transaction_keys(office, unit, &keys);
    readers_give(server->readers, office);
    if (result == OFFICE_OK) {
        pseudonym_keep(&keys, date_day_of_wall_ms(at), unit, transaction, kept);
        memcpy(transaction, kept, sizeof kept);
    } else {
        reply_office_failure(request, result);
    }
    pseudonym_keys_wipe(&keys);
    return result == OFFICE_OK;
}
