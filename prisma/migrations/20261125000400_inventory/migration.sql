-- Written by npm run migrate:new, but for the last part.
-- CreateEnum
CREATE TYPE "movement_kind" AS ENUM ('receipt', 'adjust', 'transfer_out', 'transfer_in', 'reserve', 'release', 'expire', 'commit', 'return');

-- CreateEnum
CREATE TYPE "reservation_status" AS ENUM ('active', 'committed', 'released', 'expired');

-- AlterTable
ALTER TABLE "stock_level" ADD COLUMN     "backorder" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "variant" ADD COLUMN     "backorder" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "stock_movement" (
    "id" BIGSERIAL NOT NULL,
    "variant_id" UUID NOT NULL,
    "location_id" UUID NOT NULL,
    "kind" "movement_kind" NOT NULL,
    "on_hand_delta" INTEGER NOT NULL DEFAULT 0,
    "reserved_delta" INTEGER NOT NULL DEFAULT 0,
    "on_hand_after" INTEGER NOT NULL,
    "reserved_after" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "reason" TEXT,
    "reference" TEXT,
    "actor" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "stock_movement_pkey" PRIMARY KEY ("variant_id","location_id","id")
);

-- CreateTable
CREATE TABLE "reservation" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "idempotency_key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "status" "reservation_status" NOT NULL DEFAULT 'active',
    "lines" JSONB NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "reservation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "response" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("scope","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "reservation_idempotency_key_key" ON "reservation"("idempotency_key");

-- CreateIndex
CREATE INDEX "idempotency_record_created_at_idx" ON "idempotency_record"("created_at");

-- What Prisma can't say -----------------------------------------------------------------------------------------------

-- [G7] Whoever writes, and whatever is wrong elsewhere: what is not there can't be spoken for.
ALTER TABLE stock_level
  ADD CONSTRAINT stock_level_not_oversold CHECK (backorder OR reserved <= on_hand);
ALTER TABLE stock_movement
  ADD CONSTRAINT stock_movement_changes CHECK (on_hand_delta <> 0 OR reserved_delta <> 0);
ALTER TABLE reservation
  ADD CONSTRAINT reservation_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 200);
-- The sweeper looks for what is over; a reservation leaves this index when it ends.
CREATE INDEX reservation_active_idx ON reservation (expires_at) WHERE status = 'active';

CREATE FUNCTION stock_movement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The ledger is append-only.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stock_movement_stays BEFORE UPDATE OR DELETE ON stock_movement
  FOR EACH ROW EXECUTE FUNCTION stock_movement_stays();

-- A level knows whether its variant may be sold beyond what there is: a CHECK sees one row only.
CREATE FUNCTION stock_level_backorder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT backorder INTO NEW.backorder FROM variant WHERE id = NEW.variant_id;
  RETURN NEW;
END $$;
CREATE TRIGGER stock_level_backorder BEFORE INSERT ON stock_level
  FOR EACH ROW EXECUTE FUNCTION stock_level_backorder();
CREATE FUNCTION variant_backorder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE stock_level SET backorder = NEW.backorder, version = version + 1 WHERE variant_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER variant_backorder AFTER UPDATE OF backorder ON variant FOR EACH ROW
  WHEN (OLD.backorder <> NEW.backorder) EXECUTE FUNCTION variant_backorder();

-- Availability is cached by variant: every change of a level is one of its variant's stock.
CREATE FUNCTION outbox_stock_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  IF (SELECT count(DISTINCT variant_id) FROM changed) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
  INSERT INTO outbox (topic, key) SELECT DISTINCT 'stock', variant_id::text FROM changed;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_stock_inserted AFTER INSERT ON stock_level
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_stock_levels();
CREATE TRIGGER outbox_stock_updated AFTER UPDATE ON stock_level
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_stock_levels();
CREATE TRIGGER outbox_stock_deleted AFTER DELETE ON stock_level
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_stock_levels();
