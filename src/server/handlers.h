// The handlers that the tables of routes.c name, one file for each family.
#pragma once
#include "server/routes.h"

// enrol.c
enum handling enrol_handle(struct request *request);
void enrol_finish(struct request *request);
// batches.c
enum handling batches_handle(struct request *request);
enum handling carried_batches_handle(struct request *request);
void batches_finish(struct request *request);
// device_config.c
enum handling device_config_handle(struct request *request);
// sessions.c
enum handling sign_in_handle(struct request *request);
void sign_in_finish(struct request *request);
enum handling session_handle(struct request *request);
enum handling sign_out_handle(struct request *request);
void sign_out_finish(struct request *request);
enum handling sessions_handle(struct request *request);
enum handling sign_out_everywhere_handle(struct request *request);
enum handling own_password_handle(struct request *request);
void own_password_finish(struct request *request);
// web.c
enum handling web_handle(struct request *request);
enum handling font_handle(struct request *request);
// The document about all of this: assets/api/openapi.json.
enum handling openapi_handle(struct request *request);
// The page that the first part of the path names; "/" is the page index.
enum handling page_handle(struct request *request);
// Makes a page of a refusal where a page was asked for.
void web_dress(struct request *request);
// device_invitations.c
enum handling device_invitations_handle(struct request *request);
// invitations.c
enum handling invite_handle(struct request *request);
void invite_finish(struct request *request);
enum handling invitation_handle(struct request *request);
enum handling withdraw_handle(struct request *request);
void withdraw_finish(struct request *request);
enum handling invitation_code_handle(struct request *request);
// tokens.c
enum handling token_handle(struct request *request);
// counters.c
enum handling counter_invitations_handle(struct request *request);
enum handling seat_handle(struct request *request);
enum handling take_seat_handle(struct request *request);
void take_seat_finish(struct request *request);
// counter_list.c
enum handling counters_handle(struct request *request);
enum handling counter_recent_handle(struct request *request);
// phone_requests.c
enum handling phone_handle(struct request *request);
enum handling phone_answer_handle(struct request *request);
void phone_answer_finish(struct request *request);
// Makes a page of a problem, where people look at it and not programs.
void phone_dress(struct request *request);
// reports.c
enum handling summary_handle(struct request *request);
enum handling report_handle(struct request *request);
// issues.c
enum handling issue_report_handle(struct request *request);
void issue_report_finish(struct request *request);
enum handling issued_reports_handle(struct request *request);
enum handling issued_report_handle(struct request *request);
// forms.c
enum handling questionnaires_handle(struct request *request);
enum handling enter_forms_handle(struct request *request);
void enter_forms_finish(struct request *request);
// assessments.c
enum handling assessment_handle(struct request *request);
enum handling put_assessment_handle(struct request *request);
void put_assessment_finish(struct request *request);
// reasons.c
enum handling reasons_handle(struct request *request);
// live.c
enum handling live_handle(struct request *request);
// comments.c
enum handling comments_handle(struct request *request);
// transactions.c
enum handling transactions_handle(struct request *request);
void transactions_finish(struct request *request);
// ratings.c
enum handling ratings_handle(struct request *request);
enum handling ratings_csv_handle(struct request *request);
// document_requests.c
enum handling settings_handle(struct request *request);
enum handling setting_handle(struct request *request);
enum handling put_setting_handle(struct request *request);
void put_setting_finish(struct request *request);
// device_settings.c
enum handling preview_devices_handle(struct request *request);
// flags.c
enum handling flags_handle(struct request *request);
enum handling flag_lift_handle(struct request *request);
enum handling rating_mark_handle(struct request *request);
enum handling mark_withdraw_handle(struct request *request);
void decision_finish(struct request *request);
// cases.c
enum handling cases_handle(struct request *request);
enum handling case_handle(struct request *request);
enum handling case_summary_handle(struct request *request);
// case_changes.c
enum handling case_assign_handle(struct request *request);
enum handling case_answer_handle(struct request *request);
enum handling case_confirm_handle(struct request *request);
enum handling case_return_handle(struct request *request);
enum handling case_reopen_handle(struct request *request);
void case_change_finish(struct request *request);
// audit.c
enum handling audit_handle(struct request *request);
// alerts.c
enum handling alerts_handle(struct request *request);
enum handling acknowledge_handle(struct request *request);
void acknowledge_finish(struct request *request);
// papers.c
enum handling papers_handle(struct request *request);
// board.c
enum handling public_summary_handle(struct request *request);
enum handling own_results_handle(struct request *request);
// The page of the public board, which other sites may frame.
enum handling board_page_handle(struct request *request);
// city_requests.c: of a city's server
enum handling units_handle(struct request *request);
enum handling league_handle(struct request *request);
enum handling unit_summary_handle(struct request *request);
// The pages of a city, which the server of one unit does not have.
enum handling city_page_handle(struct request *request);
// health.c
enum handling health_handle(struct request *request);
enum handling metrics_handle(struct request *request);
// time.c
enum handling time_handle(struct request *request);
// admin.c
enum handling admin_add_device_handle(struct request *request);
void admin_add_device_finish(struct request *request);
enum handling admin_revoke_device_handle(struct request *request);
enum handling admin_add_key_handle(struct request *request);
void admin_add_key_finish(struct request *request);
enum handling admin_revoke_key_handle(struct request *request);
void admin_revoke_finish(struct request *request);
enum handling admin_change_device_handle(struct request *request);
void admin_change_device_finish(struct request *request);
enum handling admin_replace_device_handle(struct request *request);
enum handling admin_renew_device_handle(struct request *request);
void admin_replace_device_finish(struct request *request);
// admin_lists.c
enum handling keys_handle(struct request *request);
enum handling surveys_handle(struct request *request);
// device_batch.c
enum handling add_devices_handle(struct request *request);
void add_devices_finish(struct request *request);

// device_list.c
enum handling devices_handle(struct request *request);
enum handling devices_csv_handle(struct request *request);
// admin_people.c
enum handling people_handle(struct request *request);
enum handling renew_password_handle(struct request *request);
void renew_password_finish(struct request *request);
enum handling change_person_handle(struct request *request);
void change_person_finish(struct request *request);
enum handling end_sessions_handle(struct request *request);
void admin_disable_person_finish(struct request *request);
enum handling admin_add_person_handle(struct request *request);
void admin_add_person_finish(struct request *request);
enum handling admin_disable_person_handle(struct request *request);
enum handling admin_enable_person_handle(struct request *request);
void admin_enable_person_finish(struct request *request);
enum handling admin_set_password_handle(struct request *request);
void admin_change_person_finish(struct request *request);
// retotal.c
enum handling admin_retotal_handle(struct request *request);
enum handling admin_retotal_state_handle(struct request *request);
// admin_checkpoint.c
enum handling admin_add_checkpoint_handle(struct request *request);
void admin_add_checkpoint_finish(struct request *request);
