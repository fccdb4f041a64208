// Two lines of one ledger, written by hand from the format's description, and
// their hashes by sha256sum(1). Nothing here came out of the program.
#pragma once

#define HAND_DEVICE "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11"
#define HAND_BOOT "c2a1f0de-93b4-4d5e-8f60-718293a4b5c6"
#define HAND_ID_1 "019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77"
#define HAND_ID_2 "019aae6d-ed58-7c04-b1a9-0e5d3c2b1a09"

#define HAND_HASH_1                                                            \
    "711328af30462e4a7fe9b06a1196f7e3de82551380db0300a9e0222bfbd90e2a"
#define HAND_HASH_2                                                            \
    "2f4bed32c54c08cbd545c433d1db39739e25d64fc078e718d5457f739d52491d"

// An event of the device.
#define HAND_LINE_1                                                            \
    "{\"v\":1,\"device\":\"7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11\","            \
    "\"gen\":1,\"seq\":1,"                                                     \
    "\"prev\":"                                                                \
    "\"0000000000000000000000000000000000000000000000000000000000000000\","    \
    "\"id\":\"019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77\","                         \
    "\"kind\":\"event\",\"test\":false,"                                       \
    "\"at\":\"2026-11-23T07:00:00.000+07:00\",\"clock\":\"synced\","           \
    "\"boot\":\"c2a1f0de-93b4-4d5e-8f60-718293a4b5c6\","                       \
    "\"up_ms\":41250,\"event\":\"start\","                                     \
    "\"detail\":{\"version\":\"0.1.0\"}}"

// A visit with every key filled that can be.
#define HAND_LINE_2                                                            \
    "{\"v\":1,\"device\":\"7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11\","            \
    "\"gen\":1,\"seq\":2,"                                                     \
    "\"prev\":"                                                                \
    "\"711328af30462e4a7fe9b06a1196f7e3de82551380db0300a9e0222bfbd90e2a\","    \
    "\"id\":\"019aae6d-ed58-7c04-b1a9-0e5d3c2b1a09\","                         \
    "\"kind\":\"visit\",\"test\":false,"                                       \
    "\"opened_at\":\"2026-11-23T09:15:02.120+07:00\","                         \
    "\"answered_at\":\"2026-11-23T09:15:03.360+07:00\","                       \
    "\"closed_at\":\"2026-11-23T09:15:09.004+07:00\","                         \
    "\"clock\":\"synced\","                                                    \
    "\"boot\":\"c2a1f0de-93b4-4d5e-8f60-718293a4b5c6\","                       \
    "\"up_ms\":8150254,\"survey\":\"quay\",\"survey_version\":3,"              \
    "\"lang\":\"vi\",\"mode\":\"transaction\",\"order\":\"best-first\","       \
    "\"aids\":[\"large\"],\"outcome\":\"rated\",\"level\":5,"                  \
    "\"reasons\":[\"reason.high.1\",\"reason.high.3\"],"                       \
    "\"answers\":[{\"q\":\"15\",\"level\":4},{\"q\":\"16\","                   \
    "\"level\":null}],\"comment_hash\":null,\"unit\":\"H24.12\","              \
    "\"counter\":\"3\",\"field\":\"chung-thuc\","                              \
    "\"procedure\":\"2.000815\",\"step\":\"tra-ket-qua\","                     \
    "\"officer\":\"cb-07\","                                                   \
    "\"transaction\":\"Hồ sơ \\\"H24.12-261123-0007\\\"\","                 \
    "\"invitation\":\"5b0e8c1a-7f42-4c8b-a1d3-9e6f70812345\","                 \
    "\"touch\":{\"x\":0.31,\"y\":0.55,\"after_ms\":1240}}"
