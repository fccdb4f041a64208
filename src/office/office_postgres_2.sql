-- The server's database on PostgreSQL, version 2: numbers are the program's own
-- (office_sql.h, next_number()). Version 1 gave them by identities once, and
-- what was made with them has them still.
SET LOCAL client_min_messages = warning;
ALTER TABLE devices ALTER device_no DROP IDENTITY IF EXISTS;
ALTER TABLE api_keys ALTER key_no DROP IDENTITY IF EXISTS;
ALTER TABLE invitations ALTER invitation_no DROP IDENTITY IF EXISTS;
ALTER TABLE checkpoints ALTER checkpoint_no DROP IDENTITY IF EXISTS;
ALTER TABLE seats ALTER seat_no DROP IDENTITY IF EXISTS;
ALTER TABLE transactions ALTER transaction_no DROP IDENTITY IF EXISTS;
ALTER TABLE people ALTER person_no DROP IDENTITY IF EXISTS;
ALTER TABLE transaction_keys ALTER key_no DROP IDENTITY IF EXISTS;
ALTER TABLE published_steps ALTER step_no DROP IDENTITY IF EXISTS;
ALTER TABLE published_flows ALTER flow_no DROP IDENTITY IF EXISTS;
ALTER TABLE cases ALTER case_no DROP IDENTITY IF EXISTS;
ALTER TABLE alerts ALTER alert_no DROP IDENTITY IF EXISTS;
ALTER TABLE judging_rules ALTER rules_no DROP IDENTITY IF EXISTS;
ALTER TABLE visit_flags ALTER flag_no DROP IDENTITY IF EXISTS;
ALTER TABLE visit_marks ALTER mark_no DROP IDENTITY IF EXISTS;
ALTER TABLE issues ALTER issue_no DROP IDENTITY IF EXISTS;
