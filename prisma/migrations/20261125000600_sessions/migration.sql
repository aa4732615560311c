-- Written by npm run migrate:new, but for the last part.

-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('customer', 'staff', 'admin');

-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('active', 'disabled');

-- CreateEnum
CREATE TYPE "session_kind" AS ENUM ('guest', 'user');

-- AlterTable
ALTER TABLE "app_user" ADD COLUMN     "role" "user_role" NOT NULL DEFAULT 'customer',
ADD COLUMN     "status" "user_status" NOT NULL DEFAULT 'active';

-- CreateTable
CREATE TABLE "credential" (
    "user_id" UUID NOT NULL,
    "password_hash" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "credential_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "token_hash" BYTEA NOT NULL,
    "kind" "session_kind" NOT NULL,
    "user_id" UUID,
    "guest_id" UUID,
    "role" "user_role",
    "device" TEXT NOT NULL DEFAULT '',
    "ip" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "last_seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "idle_expires_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "action" TEXT NOT NULL,
    "actor_id" UUID,
    "subject_id" UUID,
    "session_id" UUID,
    "ip" TEXT,
    "request_id" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "session_token_hash_key" ON "session"("token_hash");

-- CreateIndex
CREATE INDEX "session_user_id_id_idx" ON "session"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "audit_log_subject_id_id_idx" ON "audit_log"("subject_id", "id");

-- AddForeignKey
ALTER TABLE "credential" ADD CONSTRAINT "credential_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma can't say -----------------------------------------------------------------------------------------------

ALTER TABLE session
  ADD CONSTRAINT session_token_hash_sha256 CHECK (octet_length(token_hash) = 32),
  ADD CONSTRAINT session_kind_form CHECK (CASE kind
    WHEN 'guest' THEN user_id IS NULL AND role IS NULL AND guest_id IS NOT NULL
    ELSE user_id IS NOT NULL AND role IS NOT NULL END);
ALTER TABLE credential ADD CONSTRAINT credential_argon2id CHECK (password_hash ~ '^[$]argon2id[$]v=19[$]');

-- The log is only added to, whoever writes.
CREATE FUNCTION audit_log_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is only added to' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_kept();

-- A session is known by the hash of its token. One that is new has not been asked for before: nobody follows its insert.
CREATE TRIGGER outbox_update AFTER UPDATE ON session REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_rows('session', 'encode(c.token_hash, ''hex'')');
CREATE TRIGGER outbox_delete AFTER DELETE ON session REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_rows('session', 'encode(c.token_hash, ''hex'')');
CREATE TRIGGER outbox_truncate AFTER TRUNCATE ON session FOR EACH STATEMENT EXECUTE FUNCTION outbox_truncated();

-- A credential is known by its user's e-mail address. Of one that goes with its user, the user's row tells: it is gone
-- by then.
CREATE FUNCTION outbox_credential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  IF (SELECT count(*) FROM changed) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
  INSERT INTO outbox (topic, key)
  SELECT 'credential', lower(u.email::text) FROM changed c JOIN app_user u ON u.id = c.user_id;
  RETURN NULL;
END $$;
CREATE FUNCTION outbox_credential_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  IF (SELECT count(*) FROM changed) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
  INSERT INTO outbox (topic, key)
  SELECT DISTINCT 'credential', lower(u.email::text) FROM app_user u
  WHERE u.id IN (SELECT user_id FROM before UNION SELECT user_id FROM changed);
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_insert AFTER INSERT ON credential REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_credential();
CREATE TRIGGER outbox_update AFTER UPDATE ON credential REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_credential_updated();
CREATE TRIGGER outbox_delete AFTER DELETE ON credential REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_credential();
CREATE TRIGGER outbox_truncate AFTER TRUNCATE ON credential FOR EACH STATEMENT EXECUTE FUNCTION outbox_truncated();

-- Who a user is decides what their sessions and their credential are worth.
CREATE FUNCTION outbox_user_access() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids uuid[];
  sessions int;
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN
    IF (SELECT count(*) FROM before) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
    INSERT INTO outbox (topic, key) SELECT 'credential', lower(email::text) FROM before;
    RETURN NULL;
  END IF;
  ids := ARRAY(
    (SELECT id FROM (SELECT id, email::text, role, status FROM before EXCEPT SELECT id, email::text, role, status FROM changed) o
     UNION
     SELECT id FROM (SELECT id, email::text, role, status FROM changed EXCEPT SELECT id, email::text, role, status FROM before) n)
    LIMIT 1001);
  IF cardinality(ids) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
  INSERT INTO outbox (topic, key)
  SELECT 'credential', email FROM (
    SELECT lower(email::text) FROM before WHERE id = ANY (ids)
    UNION SELECT lower(email::text) FROM changed WHERE id = ANY (ids)) e (email);
  INSERT INTO outbox (topic, key)
  SELECT 'session', encode(token_hash, 'hex') FROM session
  WHERE user_id = ANY (ids) AND revoked_at IS NULL AND expires_at > now() LIMIT 1001;
  GET DIAGNOSTICS sessions = ROW_COUNT;
  IF sessions > 1000 THEN PERFORM outbox_all(); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_access_update AFTER UPDATE ON app_user REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_user_access();
CREATE TRIGGER outbox_access_delete AFTER DELETE ON app_user REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_user_access();

-- Notes when sessions were last seen, `ages` seconds ago: in the order of their ids, as everybody locks them. What is
-- cached stays right: an entry ends with its idle expiry at the latest, and is then read anew. So nobody is told.
CREATE FUNCTION see_sessions(ids uuid[], ages float8[]) RETURNS void LANGUAGE plpgsql SET app.outbox = 'off' AS $$
BEGIN
  PERFORM FROM session WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
  UPDATE session s SET last_seen_at = seen.at, idle_expires_at = s.idle_expires_at + (seen.at - s.last_seen_at)
  FROM (SELECT id, clock_timestamp() - age * interval '1 second' AS at FROM unnest(ids, ages) AS x (id, age)) seen
  WHERE s.id = seen.id AND s.revoked_at IS NULL AND seen.at > s.last_seen_at;
END $$;

-- Forgets sessions that ended a month ago. Nobody is told: they have not been valid for long.
CREATE FUNCTION forget_sessions(most int) RETURNS int LANGUAGE plpgsql SET app.outbox = 'off' AS $$
DECLARE
  forgotten int;
BEGIN
  DELETE FROM session WHERE id IN (
    SELECT id FROM session WHERE expires_at < now() - interval '30 days'
    ORDER BY expires_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
