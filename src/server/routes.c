#include "server/routes.h"
#include "office/batch_body.h"
#include "office/device_sheet.h"
#include "office/documents.h"
#include "office/transaction_body.h"
#include "server/handlers.h"
#include "server/permit.h"
#include <string.h>

enum {
    SMALL_BODY = 4096,
    FORM_BODY = 16384,
    FORMS_BODY = 512 * 1024,
    DEVICES_BODY = 2 * DEVICE_SHEET_BYTES_MAX
};

// Who asks citizens, and who may see what became of it.
#define CALLER_INVITES                                                         \
    (CALLER_KEY_FEED | CALLER_ADMIN | CALLER_OFFICE | CALLER_OFFICER)
#define CALLER_WATCHES (CALLER_INVITES | CALLER_KEY_OFFICE)
#define CALLER_READS_CASES                                                     \
    (CALLER_KEY_OFFICE | CALLER_KEY_LEADER | CALLER_OFFICE | CALLER_LEADER)
// Who reads the figures.
#define CALLER_READS                                                           \
    (CALLER_KEY_OFFICE | CALLER_KEY_LEADER | CALLER_OFFICE | CALLER_LEADER)

// Of these, who looks at pages.
#define CALLER_LOOKS (CALLER_OFFICE | CALLER_LEADER)

const struct route PUBLIC_ROUTES[] = {
    {ROUTE_ENROL, "POST", "/api/v1/devices/enrol", BODY_JSON, SMALL_BODY,
     permit_anybody, enrol_handle, enrol_finish, 0},
    {ROUTE_BATCHES, "POST", "/api/v1/batches", BODY_NDJSON, BATCH_BYTES_MAX,
     permit_sender, batches_handle, batches_finish, 0},
    {ROUTE_DEVICE_CONFIG, "GET", "/api/v1/devices/me/config", BODY_NONE, 0,
     permit_device, device_config_handle, NULL, 0},
    {ROUTE_DEVICE_INVITATIONS, "GET", "/api/v1/devices/me/invitations",
     BODY_NONE, 0, permit_listener, device_invitations_handle, NULL, 0},
    {ROUTE_INVITE, "POST", "/api/v1/invitations", BODY_JSON, SMALL_BODY,
     permit_caller, invite_handle, invite_finish, CALLER_INVITES},
    {ROUTE_INVITATION, "GET", "/api/v1/invitations/*", BODY_NONE, 0,
     permit_caller, invitation_handle, NULL, CALLER_WATCHES},
    {ROUTE_WITHDRAW, "DELETE", "/api/v1/invitations/*", BODY_MAYBE_JSON,
     SMALL_BODY, permit_caller, withdraw_handle, withdraw_finish,
     CALLER_INVITES},
    {ROUTE_INVITATION_CODE, "GET", "/api/v1/invitations/*/qr.svg", BODY_NONE, 0,
     permit_caller, invitation_code_handle, NULL, CALLER_INVITES},
    {ROUTE_TOKEN, "POST", "/api/v1/tokens", BODY_JSON, SMALL_BODY,
     permit_caller, token_handle, NULL, CALLER_KEY_FEED},
    {ROUTE_COUNTERS, "GET", "/api/v1/counters", BODY_NONE, 0, permit_caller,
     counters_handle, NULL, CALLER_WATCHES},
    {ROUTE_COUNTER_RECENT, "GET", "/api/v1/counters/*/recent", BODY_NONE, 0,
     permit_caller, counter_recent_handle, NULL, CALLER_OFFICER},
    {ROUTE_COUNTER_INVITATIONS, "GET", "/api/v1/counters/*/invitations",
     BODY_NONE, 0, permit_caller, counter_invitations_handle, NULL,
     CALLER_WATCHES},
    {ROUTE_SEAT, "GET", "/api/v1/counters/*/seat", BODY_NONE, 0, permit_caller,
     seat_handle, NULL, CALLER_WATCHES},
    {ROUTE_TAKE_SEAT, "POST", "/api/v1/counters/*/seat", BODY_JSON, SMALL_BODY,
     permit_caller, take_seat_handle, take_seat_finish, CALLER_INVITES},
    {ROUTE_SUMMARY, "GET", "/api/v1/reports/summary", BODY_NONE, 0,
     permit_caller, summary_handle, NULL, CALLER_READS},
    {ROUTE_LIVE, "GET", "/api/v1/reports/live", BODY_NONE, 0, permit_caller,
     live_handle, NULL, CALLER_READS},
    {ROUTE_UNITS, "GET", "/api/v1/units", BODY_NONE, 0, permit_caller,
     units_handle, NULL, CALLER_READS},
    {ROUTE_LEAGUE, "GET", "/api/v1/league", BODY_NONE, 0, permit_caller,
     league_handle, NULL, CALLER_READS},
    {ROUTE_UNIT_SUMMARY, "GET", "/api/v1/units/*/summary", BODY_NONE, 0,
     permit_caller, unit_summary_handle, NULL, CALLER_READS},
    {ROUTE_ISSUE_REPORT, "POST", "/api/v1/reports/issued", BODY_JSON,
     SMALL_BODY, permit_caller, issue_report_handle, issue_report_finish,
     CALLER_KEY_OFFICE | CALLER_OFFICE},
    {ROUTE_ISSUED_REPORTS, "GET", "/api/v1/reports/issued", BODY_NONE, 0,
     permit_caller, issued_reports_handle, NULL, CALLER_READS},
    {ROUTE_ISSUED_REPORT, "GET", "/api/v1/reports/issued/*", BODY_NONE, 0,
     permit_caller, issued_report_handle, NULL,
     CALLER_KEY_OFFICE | CALLER_OFFICE},
    {ROUTE_QUESTIONNAIRES, "GET", "/api/v1/questionnaires", BODY_NONE, 0,
     permit_caller, questionnaires_handle, NULL, CALLER_READS},
    {ROUTE_ENTER_FORMS, "POST", "/api/v1/forms", BODY_JSON, FORMS_BODY,
     permit_caller, enter_forms_handle, enter_forms_finish, CALLER_OFFICE},
    {ROUTE_ASSESSMENT, "GET", "/api/v1/assessments/*", BODY_NONE, 0,
     permit_caller, assessment_handle, NULL, CALLER_READS},
    {ROUTE_PUT_ASSESSMENT, "PUT", "/api/v1/assessments/*", BODY_JSON, FORM_BODY,
     permit_caller, put_assessment_handle, put_assessment_finish,
     CALLER_OFFICE},
    {ROUTE_REPORT, "GET", "/api/v1/reports/*", BODY_NONE, 0, permit_caller,
     report_handle, NULL, CALLER_READS},
    {ROUTE_REASONS, "GET", "/api/v1/reasons", BODY_NONE, 0, permit_caller,
     reasons_handle, NULL, CALLER_READS},
    {ROUTE_COMMENTS, "GET", "/api/v1/comments", BODY_NONE, 0, permit_caller,
     comments_handle, NULL, CALLER_READS},
    {ROUTE_TRANSACTIONS, "POST", "/api/v1/transactions", BODY_OBJECTS,
     TRANSACTIONS_BYTES_MAX, permit_caller, transactions_handle,
     transactions_finish, CALLER_KEY_FEED},
    {ROUTE_RATINGS, "GET", "/api/v1/ratings", BODY_NONE, 0, permit_caller,
     ratings_handle, NULL, CALLER_KEY_OFFICE | CALLER_OFFICE},
    {ROUTE_RATINGS_CSV, "GET", "/api/v1/ratings.csv", BODY_NONE, 0,
     permit_caller, ratings_csv_handle, NULL,
     CALLER_KEY_OFFICE | CALLER_OFFICE},
    {ROUTE_FLAGS, "GET", "/api/v1/flags", BODY_NONE, 0, permit_caller,
     flags_handle, NULL, CALLER_READS},
    {ROUTE_FLAG_LIFT, "POST", "/api/v1/flags/*/lift", BODY_JSON, SMALL_BODY,
     permit_caller, flag_lift_handle, decision_finish, CALLER_OFFICE},
    {ROUTE_RATING_MARK, "POST", "/api/v1/ratings/*/mark", BODY_JSON, SMALL_BODY,
     permit_caller, rating_mark_handle, decision_finish, CALLER_OFFICE},
    {ROUTE_MARK_WITHDRAW, "DELETE", "/api/v1/ratings/*/mark", BODY_JSON,
     SMALL_BODY, permit_caller, mark_withdraw_handle, decision_finish,
     CALLER_OFFICE},
    {ROUTE_CASES, "GET", "/api/v1/cases", BODY_NONE, 0, permit_caller,
     cases_handle, NULL, CALLER_READS_CASES},
    {ROUTE_CASE_SUMMARY, "GET", "/api/v1/cases/summary", BODY_NONE, 0,
     permit_caller, case_summary_handle, NULL, CALLER_READS_CASES},
    {ROUTE_CASE, "GET", "/api/v1/cases/*", BODY_NONE, 0, permit_caller,
     case_handle, NULL, CALLER_READS_CASES},
    {ROUTE_CASE_ASSIGN, "POST", "/api/v1/cases/*/assign", BODY_JSON, FORM_BODY,
     permit_caller, case_assign_handle, case_change_finish, CALLER_OFFICE},
    {ROUTE_CASE_ANSWER, "POST", "/api/v1/cases/*/answer", BODY_JSON, FORM_BODY,
     permit_caller, case_answer_handle, case_change_finish, CALLER_OFFICE},
    {ROUTE_CASE_CONFIRM, "POST", "/api/v1/cases/*/confirm", BODY_JSON,
     FORM_BODY, permit_caller, case_confirm_handle, case_change_finish,
     CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_CASE_RETURN, "POST", "/api/v1/cases/*/return", BODY_JSON, FORM_BODY,
     permit_caller, case_return_handle, case_change_finish,
     CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_CASE_REOPEN, "POST", "/api/v1/cases/*/reopen", BODY_JSON, FORM_BODY,
     permit_caller, case_reopen_handle, case_change_finish,
     CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_AUDIT, "GET", "/api/v1/audit", BODY_NONE, 0, permit_caller,
     audit_handle, NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_SIGN_IN, "POST", "/api/v1/sessions", BODY_JSON, SMALL_BODY,
     permit_own_page, sign_in_handle, sign_in_finish, 0},
    {ROUTE_SESSION, "GET", "/api/v1/sessions/me", BODY_NONE, 0, permit_caller,
     session_handle, NULL, CALLER_PEOPLE},
    {ROUTE_SIGN_OUT, "DELETE", "/api/v1/sessions/me", BODY_NONE, 0,
     permit_caller, sign_out_handle, sign_out_finish, CALLER_PEOPLE},
    {ROUTE_SESSIONS, "GET", "/api/v1/sessions", BODY_NONE, 0, permit_caller,
     sessions_handle, NULL, CALLER_PEOPLE},
    {ROUTE_SIGN_OUT_EVERYWHERE, "DELETE", "/api/v1/sessions", BODY_NONE, 0,
     permit_caller, sign_out_everywhere_handle, sign_out_finish, CALLER_PEOPLE},
    {ROUTE_OWN_PASSWORD, "POST", "/api/v1/sessions/me/password", BODY_JSON,
     SMALL_BODY, permit_caller, own_password_handle, own_password_finish,
     CALLER_PEOPLE},
    {ROUTE_DEVICES, "GET", "/api/v1/devices", BODY_NONE, 0, permit_caller,
     devices_handle, NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_ADD_DEVICE, "POST", "/api/v1/devices", BODY_JSON, SMALL_BODY,
     permit_caller, admin_add_device_handle, admin_add_device_finish,
     CALLER_ADMIN},
    {ROUTE_ADD_DEVICES, "POST", "/api/v1/devices/batch", BODY_JSON,
     DEVICES_BODY, permit_caller, add_devices_handle, add_devices_finish,
     CALLER_ADMIN},
    {ROUTE_CHANGE_DEVICE, "POST", "/api/v1/devices/*/change", BODY_JSON,
     SMALL_BODY, permit_caller, admin_change_device_handle,
     admin_change_device_finish, CALLER_ADMIN},
    {ROUTE_REVOKE_DEVICE, "POST", "/api/v1/devices/*/revoke", BODY_NONE, 0,
     permit_caller, admin_revoke_device_handle, admin_revoke_finish,
     CALLER_ADMIN},
    {ROUTE_REPLACE_DEVICE, "POST", "/api/v1/devices/*/replace", BODY_NONE, 0,
     permit_caller, admin_replace_device_handle, admin_replace_device_finish,
     CALLER_ADMIN},
    {ROUTE_DEVICES_CSV, "GET", "/api/v1/devices.csv", BODY_NONE, 0,
     permit_caller, devices_csv_handle, NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_PEOPLE, "GET", "/api/v1/people", BODY_NONE, 0, permit_caller,
     people_handle, NULL, CALLER_ADMIN},
    {ROUTE_ADD_PERSON, "POST", "/api/v1/people", BODY_JSON, SMALL_BODY,
     permit_caller, admin_add_person_handle, admin_add_person_finish,
     CALLER_ADMIN},
    {ROUTE_CHANGE_PERSON, "POST", "/api/v1/people/*/change", BODY_JSON,
     SMALL_BODY, permit_caller, change_person_handle, change_person_finish,
     CALLER_ADMIN},
    {ROUTE_DISABLE_PERSON, "POST", "/api/v1/people/*/disable", BODY_NONE, 0,
     permit_caller, admin_disable_person_handle, admin_disable_person_finish,
     CALLER_ADMIN},
    {ROUTE_ENABLE_PERSON, "POST", "/api/v1/people/*/enable", BODY_NONE, 0,
     permit_caller, admin_enable_person_handle, admin_enable_person_finish,
     CALLER_ADMIN},
    {ROUTE_RENEW_PASSWORD, "POST", "/api/v1/people/*/password", BODY_NONE, 0,
     permit_caller, renew_password_handle, renew_password_finish, CALLER_ADMIN},
    {ROUTE_END_SESSIONS, "DELETE", "/api/v1/people/*/sessions", BODY_NONE, 0,
     permit_caller, end_sessions_handle, admin_change_person_finish,
     CALLER_ADMIN},
    {ROUTE_KEYS, "GET", "/api/v1/keys", BODY_NONE, 0, permit_caller,
     keys_handle, NULL, CALLER_ADMIN},
    {ROUTE_ADD_KEY, "POST", "/api/v1/keys", BODY_JSON, SMALL_BODY,
     permit_caller, admin_add_key_handle, admin_add_key_finish, CALLER_ADMIN},
    {ROUTE_REVOKE_KEY, "POST", "/api/v1/keys/*/revoke", BODY_NONE, 0,
     permit_caller, admin_revoke_key_handle, admin_revoke_finish, CALLER_ADMIN},
    {ROUTE_SURVEYS, "GET", "/api/v1/surveys", BODY_NONE, 0, permit_caller,
     surveys_handle, NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_SETTINGS, "GET", "/api/v1/settings", BODY_NONE, 0, permit_caller,
     settings_handle, NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_SETTING, "GET", "/api/v1/settings/*", BODY_NONE, 0, permit_caller,
     setting_handle, NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_PUT_SETTING, "PUT", "/api/v1/settings/*", BODY_JSON,
     DOCUMENT_BODY_MAX, permit_caller, put_setting_handle, put_setting_finish,
     CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_PREVIEW_DEVICES, "POST", "/api/v1/settings/devices/preview",
     BODY_JSON, DOCUMENT_BODY_MAX, permit_caller, preview_devices_handle, NULL,
     CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_PAGE, "GET", "/", BODY_NONE, 0, permit_page, page_handle, NULL,
     CALLER_PEOPLE},
    {ROUTE_PAGE, "GET", "/linh-vuc", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/thu-tuc", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/theo-quay", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/cong-chuc", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/gio-cao-diem", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/ly-do", BODY_NONE, 0, permit_page, page_handle, NULL,
     CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/gop-y", BODY_NONE, 0, permit_page, page_handle, NULL,
     CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/do-tin-cay", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/cho-va-han", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/thiet-bi", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_PAGE, "GET", "/quan-tri", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_ADMIN | CALLER_OFFICE},
    {ROUTE_PAGE, "GET", "/mat-khau", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_PEOPLE},
    {ROUTE_PAGE, "GET", "/viec", BODY_NONE, 0, permit_page, page_handle, NULL,
     CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/bao-cao", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_PAGE, "GET", "/khao-sat", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_PAGE, "GET", "/thanh-pho", BODY_NONE, 0, permit_page,
     city_page_handle, NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/thanh-pho/*", BODY_NONE, 0, permit_page,
     city_page_handle, NULL, CALLER_LOOKS},
    {ROUTE_PAGE, "GET", "/dang-nhap", BODY_NONE, 0, permit_anybody, page_handle,
     NULL, 0},
    {ROUTE_PAGE, "GET", "/quay", BODY_NONE, 0, permit_page, page_handle, NULL,
     CALLER_ADMIN | CALLER_OFFICE | CALLER_OFFICER},
    {ROUTE_PAGE, "GET", "/quay/*", BODY_NONE, 0, permit_page, page_handle, NULL,
     CALLER_ADMIN | CALLER_OFFICE | CALLER_OFFICER},
    {ROUTE_WEB, "GET", "/web/*", BODY_NONE, 0, permit_anybody, web_handle, NULL,
     0},
    {ROUTE_FONT, "GET", "/fonts/*", BODY_NONE, 0, permit_anybody, font_handle,
     NULL, 0},
    {ROUTE_PHONE, "GET", "/d/*", BODY_NONE, 0, permit_phone, phone_handle, NULL,
     0},
    {ROUTE_PHONE_ANSWER, "POST", "/d/*", BODY_FORM, FORM_BODY, permit_phone,
     phone_answer_handle, phone_answer_finish, 0},
    {ROUTE_OPENAPI, "GET", "/api/v1/openapi.json", BODY_NONE, 0, permit_anybody,
     openapi_handle, NULL, 0},
    {ROUTE_HEALTH, "GET", "/healthz", BODY_NONE, 0, permit_anybody,
     health_handle, NULL, 0},
    {ROUTE_TIME, "GET", "/api/v1/time", BODY_NONE, 0, permit_anybody,
     time_handle, NULL, 0},
    {ROUTE_PAPERS, "GET", "/api/v1/papers", BODY_NONE, 0, permit_caller,
     papers_handle, NULL, CALLER_READS},
    {ROUTE_ALERTS, "GET", "/api/v1/alerts", BODY_NONE, 0, permit_caller,
     alerts_handle, NULL, CALLER_READS},
    {ROUTE_ACKNOWLEDGE, "POST", "/api/v1/alerts/*/acknowledge", BODY_JSON,
     SMALL_BODY, permit_caller, acknowledge_handle, acknowledge_finish,
     CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_PUBLIC_SUMMARY, "GET", "/api/v1/public/summary", BODY_NONE, 0,
     permit_phone, public_summary_handle, NULL, 0},
    {ROUTE_OWN_RESULTS, "GET", "/api/v1/results/mine", BODY_NONE, 0,
     permit_caller, own_results_handle, NULL, CALLER_OFFICER},
    {ROUTE_PAGE, "GET", "/canh-bao", BODY_NONE, 0, permit_page, page_handle,
     NULL, CALLER_OFFICE | CALLER_LEADER},
    {ROUTE_PAGE, "GET", "/cong-khai", BODY_NONE, 0, permit_phone,
     board_page_handle, NULL, 0},
    {ROUTE_PAGE, "GET", "/ket-qua-cua-toi", BODY_NONE, 0, permit_page,
     page_handle, NULL, CALLER_OFFICER},
    {ROUTE_METRICS, "GET", "/metrics", BODY_NONE, 0, permit_watcher,
     metrics_handle, NULL,
     CALLER_KEY_OFFICE | CALLER_KEY_LEADER | CALLER_KEY_FEED | CALLER_ADMIN |
         CALLER_OFFICE},
    {0}};

const struct route ADMIN_ROUTES[] = {
    {ROUTE_ADMIN_ADD_DEVICE, "POST", "/admin/v1/devices", BODY_JSON, SMALL_BODY,
     permit_admin, admin_add_device_handle, admin_add_device_finish, 0},
    {ROUTE_ADMIN_ADD_DEVICES, "POST", "/admin/v1/devices/batch", BODY_JSON,
     DEVICES_BODY, permit_admin, add_devices_handle, add_devices_finish, 0},
    // A body may come, and is not looked at.
    {ROUTE_ADMIN_REVOKE_DEVICE, "POST", "/admin/v1/devices/*/revoke", BODY_NONE,
     SMALL_BODY, permit_admin, admin_revoke_device_handle, admin_revoke_finish,
     0},
    {ROUTE_ADMIN_REPLACE_DEVICE, "POST", "/admin/v1/devices/*/replace",
     BODY_NONE, SMALL_BODY, permit_admin, admin_replace_device_handle,
     admin_replace_device_finish, 0},
    {ROUTE_ADMIN_BATCHES, "POST", "/admin/v1/batches", BODY_NDJSON,
     BATCH_BYTES_MAX, permit_admin, carried_batches_handle, batches_finish, 0},
    {ROUTE_ADMIN_TRANSACTIONS, "POST", "/admin/v1/transactions", BODY_OBJECTS,
     TRANSACTIONS_BYTES_MAX, permit_admin, transactions_handle,
     transactions_finish, 0},
    {ROUTE_ADMIN_ADD_KEY, "POST", "/admin/v1/keys", BODY_JSON, SMALL_BODY,
     permit_admin, admin_add_key_handle, admin_add_key_finish, 0},
    {ROUTE_ADMIN_REVOKE_KEY, "POST", "/admin/v1/keys/*/revoke", BODY_NONE,
     SMALL_BODY, permit_admin, admin_revoke_key_handle, admin_revoke_finish, 0},
    {ROUTE_ADMIN_ADD_CHECKPOINT, "POST", "/admin/v1/checkpoints", BODY_NONE,
     SMALL_BODY, permit_admin, admin_add_checkpoint_handle,
     admin_add_checkpoint_finish, 0},
    {ROUTE_ADMIN_RETOTAL, "POST", "/admin/v1/retotal", BODY_JSON, SMALL_BODY,
     permit_admin, admin_retotal_handle, NULL, 0},
    {ROUTE_ADMIN_RETOTAL_STATE, "GET", "/admin/v1/retotal", BODY_NONE, 0,
     permit_admin, admin_retotal_state_handle, NULL, 0},
    {ROUTE_ADMIN_ADD_PERSON, "POST", "/admin/v1/users", BODY_JSON, SMALL_BODY,
     permit_admin, admin_add_person_handle, admin_add_person_finish, 0},
    {ROUTE_ADMIN_DISABLE_PERSON, "POST", "/admin/v1/users/*/disable", BODY_NONE,
     SMALL_BODY, permit_admin, admin_disable_person_handle,
     admin_disable_person_finish, 0},
    {ROUTE_ADMIN_ENABLE_PERSON, "POST", "/admin/v1/users/*/enable", BODY_NONE,
     SMALL_BODY, permit_admin, admin_enable_person_handle,
     admin_enable_person_finish, 0},
    {ROUTE_ADMIN_SET_PASSWORD, "POST", "/admin/v1/users/*/password", BODY_JSON,
     SMALL_BODY, permit_admin, admin_set_password_handle,
     admin_change_person_finish, 0},
    {0}};

static const char *const names[ROUTE_COUNT] = {
    [ROUTE_NONE] = "none",
    [ROUTE_ENROL] = "enrol",
    [ROUTE_BATCHES] = "batches",
    [ROUTE_DEVICE_CONFIG] = "device_config",
    [ROUTE_DEVICE_INVITATIONS] = "device_invitations",
    [ROUTE_INVITE] = "invite",
    [ROUTE_INVITATION] = "invitation",
    [ROUTE_WITHDRAW] = "withdraw",
    [ROUTE_INVITATION_CODE] = "invitation_code",
    [ROUTE_TOKEN] = "token",
    [ROUTE_COUNTERS] = "counters",
    [ROUTE_COUNTER_RECENT] = "counter_recent",
    [ROUTE_COUNTER_INVITATIONS] = "counter_invitations",
    [ROUTE_SEAT] = "seat",
    [ROUTE_TAKE_SEAT] = "take_seat",
    [ROUTE_SUMMARY] = "summary",
    [ROUTE_UNITS] = "units",
    [ROUTE_LEAGUE] = "league",
    [ROUTE_UNIT_SUMMARY] = "unit_summary",
    [ROUTE_ISSUE_REPORT] = "issue_report",
    [ROUTE_ISSUED_REPORTS] = "issued_reports",
    [ROUTE_ISSUED_REPORT] = "issued_report",
    [ROUTE_REPORT] = "report",
    [ROUTE_QUESTIONNAIRES] = "questionnaires",
    [ROUTE_ENTER_FORMS] = "enter_forms",
    [ROUTE_ASSESSMENT] = "assessment",
    [ROUTE_PUT_ASSESSMENT] = "put_assessment",
    [ROUTE_REASONS] = "reasons",
    [ROUTE_LIVE] = "live",
    [ROUTE_COMMENTS] = "comments",
    [ROUTE_TRANSACTIONS] = "transactions",
    [ROUTE_RATINGS] = "ratings",
    [ROUTE_RATINGS_CSV] = "ratings_csv",
    [ROUTE_FLAGS] = "flags",
    [ROUTE_FLAG_LIFT] = "flag_lift",
    [ROUTE_RATING_MARK] = "rating_mark",
    [ROUTE_MARK_WITHDRAW] = "mark_withdraw",
    [ROUTE_CASES] = "cases",
    [ROUTE_CASE_SUMMARY] = "case_summary",
    [ROUTE_CASE] = "case",
    [ROUTE_CASE_ASSIGN] = "case_assign",
    [ROUTE_CASE_ANSWER] = "case_answer",
    [ROUTE_CASE_CONFIRM] = "case_confirm",
    [ROUTE_CASE_RETURN] = "case_return",
    [ROUTE_CASE_REOPEN] = "case_reopen",
    [ROUTE_AUDIT] = "audit",
    [ROUTE_SIGN_IN] = "sign_in",
    [ROUTE_SESSION] = "session",
    [ROUTE_SIGN_OUT] = "sign_out",
    [ROUTE_SESSIONS] = "sessions",
    [ROUTE_SIGN_OUT_EVERYWHERE] = "sign_out_everywhere",
    [ROUTE_OWN_PASSWORD] = "own_password",
    [ROUTE_DEVICES] = "devices",
    [ROUTE_ADD_DEVICE] = "add_device",
    [ROUTE_ADD_DEVICES] = "add_devices",
    [ROUTE_CHANGE_DEVICE] = "change_device",
    [ROUTE_REVOKE_DEVICE] = "revoke_device",
    [ROUTE_REPLACE_DEVICE] = "replace_device",
    [ROUTE_DEVICES_CSV] = "devices_csv",
    [ROUTE_PEOPLE] = "people",
    [ROUTE_ADD_PERSON] = "add_person",
    [ROUTE_CHANGE_PERSON] = "change_person",
    [ROUTE_DISABLE_PERSON] = "disable_person",
    [ROUTE_ENABLE_PERSON] = "enable_person",
    [ROUTE_RENEW_PASSWORD] = "renew_password",
    [ROUTE_END_SESSIONS] = "end_sessions",
    [ROUTE_KEYS] = "keys",
    [ROUTE_ADD_KEY] = "add_key",
    [ROUTE_REVOKE_KEY] = "revoke_key",
    [ROUTE_SURVEYS] = "surveys",
    [ROUTE_SETTINGS] = "settings",
    [ROUTE_SETTING] = "setting",
    [ROUTE_PUT_SETTING] = "put_setting",
    [ROUTE_PREVIEW_DEVICES] = "preview_devices",
    [ROUTE_PAGE] = "page",
    [ROUTE_WEB] = "web",
    [ROUTE_FONT] = "font",
    [ROUTE_PHONE] = "phone",
    [ROUTE_PHONE_ANSWER] = "phone_answer",
    [ROUTE_OPENAPI] = "openapi",
    [ROUTE_HEALTH] = "health",
    [ROUTE_TIME] = "time",
    [ROUTE_PAPERS] = "papers",
    [ROUTE_ALERTS] = "alerts",
    [ROUTE_ACKNOWLEDGE] = "acknowledge",
    [ROUTE_PUBLIC_SUMMARY] = "public_summary",
    [ROUTE_OWN_RESULTS] = "own_results",
    [ROUTE_METRICS] = "metrics",
    [ROUTE_ADMIN_ADD_DEVICE] = "admin_add_device",
    [ROUTE_ADMIN_ADD_DEVICES] = "admin_add_devices",
    [ROUTE_ADMIN_REVOKE_DEVICE] = "admin_revoke_device",
    [ROUTE_ADMIN_REPLACE_DEVICE] = "admin_replace_device",
    [ROUTE_ADMIN_BATCHES] = "admin_batches",
    [ROUTE_ADMIN_TRANSACTIONS] = "admin_transactions",
    [ROUTE_ADMIN_ADD_KEY] = "admin_add_key",
    [ROUTE_ADMIN_REVOKE_KEY] = "admin_revoke_key",
    [ROUTE_ADMIN_ADD_CHECKPOINT] = "admin_add_checkpoint",
    [ROUTE_ADMIN_RETOTAL] = "admin_retotal",
    [ROUTE_ADMIN_RETOTAL_STATE] = "admin_retotal_state",
    [ROUTE_ADMIN_ADD_PERSON] = "admin_add_person",
    [ROUTE_ADMIN_DISABLE_PERSON] = "admin_disable_person",
    [ROUTE_ADMIN_ENABLE_PERSON] = "admin_enable_person",
    [ROUTE_ADMIN_SET_PASSWORD] = "admin_set_password"};

const char *route_name(enum route_id id)
{
    return names[id];
}

// Compares a path with a pattern of at most one "*".
static bool fits(const char *pattern, const char *path,
                 char out_part[ROUTE_PART_SIZE])
{
    size_t before = strcspn(pattern, "*");
    out_part[0] = '\0';
    if (pattern[before] == '\0') {
        return strcmp(pattern, path) == 0;
    }
    if (strncmp(pattern, path, before) != 0) {
        return false;
    }
    size_t size = strcspn(path + before, "/");
    if (size == 0 || size >= ROUTE_PART_SIZE ||
        strcmp(pattern + before + 1, path + before + size) != 0) {
        return false;
    }
    memcpy(out_part, path + before, size);
    out_part[size] = '\0';
    return true;
}

static bool serves(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

// Two patterns may fit one path.
static void add_allowed(const struct route *route, struct buf *allow)
{
    const char *methods =
        strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method;
    if (strstr(buf_text(allow), methods)) {
        return;
    }
    buf_append_text(allow, allow->size > 0 ? ", " : "");
    buf_append_text(allow, methods);
}

enum route_match route_find(const struct route *table, const char *method,
                            const char *path, const struct route **out_route,
                            char out_part[ROUTE_PART_SIZE], struct buf *allow)
{
    enum route_match match = ROUTE_BAD_PATH;
    for (const struct route *route = table; route->method; route++) {
        if (!fits(route->path, path, out_part)) {
            continue;
        }
        if (serves(route, method)) {
            *out_route = route;
            return ROUTE_FOUND;
        }
        match = ROUTE_BAD_METHOD;
        add_allowed(route, allow);
    }
    return match;
}
