// A device and the real server of a test, and the road between them: visits go
// into the device's storage, the courier sends them, the Office's report counts
// them. Each function fails the running test when it cannot do its work.
#pragma once
#include "store/device.h"
#include "store/keeper.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "sync/worker.h"

struct made_road {
    struct made_server server;
    struct made_device enrolled;
    char folder[SCRATCH_SIZE];
    char office_key[65];
    struct device device;
    struct keeper *keeper;
    struct buf backup; // for a test that keeps one
};

struct made_road *made_road_open(void);
void made_road_close(struct made_road *road);
// The device sends to this port of the loopback from now on.
void made_road_point_to(struct made_road *road, uint16_t port);

// So many visits, each rated 5.
void made_road_visit(struct made_road *road, int count);
// The courier sends all it can, once.
enum worker_result made_road_send(const struct made_road *road);
// Ratings in the Office's report.
int64_t made_road_rated(const struct made_road *road);
// The last line that the courier has a receipt for; 0: none.
int64_t made_road_position(const struct made_road *road);
