-- Written by npm run migrate:new, but for the last part.
-- CreateTable
CREATE TABLE "stock_version_base" (
    "variant_id" UUID NOT NULL,
    "version" BIGINT NOT NULL,

    CONSTRAINT "stock_version_base_pkey" PRIMARY KEY ("variant_id")
);

-- What Prisma can't say -----------------------------------------------------------------------------------------------

-- The version of a variant's stock is the sum of its levels' versions, and of what those that are gone had. It rises
-- with each change, whoever makes it.
CREATE FUNCTION stock_level_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER stock_level_version BEFORE UPDATE ON stock_level FOR EACH ROW
  WHEN (NEW.version <= OLD.version) EXECUTE FUNCTION stock_level_version();

CREATE FUNCTION raise_stock_version(of_variant uuid, versions bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO stock_version_base AS b (variant_id, version)
  SELECT id, versions FROM variant WHERE id = of_variant
  ON CONFLICT (variant_id) DO UPDATE SET version = b.version + EXCLUDED.version
$$;

-- A level that is deleted, or is another variant's from now on.
CREATE FUNCTION stock_level_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM raise_stock_version(OLD.variant_id, OLD.version + 1);
  IF TG_OP = 'UPDATE' AND NOT outbox_off() THEN
    INSERT INTO outbox (topic, key) VALUES ('stock', OLD.variant_id::text);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_level_deleted AFTER DELETE ON stock_level FOR EACH ROW EXECUTE FUNCTION stock_level_left();
CREATE TRIGGER stock_level_moved AFTER UPDATE OF variant_id ON stock_level FOR EACH ROW
  WHEN (OLD.variant_id <> NEW.variant_id) EXECUTE FUNCTION stock_level_left();

-- As before; a variant that has no levels yet has something new about it, too. Levels are locked in key order.
CREATE OR REPLACE FUNCTION variant_backorder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM stock_level WHERE variant_id = NEW.id ORDER BY location_id FOR NO KEY UPDATE;
  UPDATE stock_level SET backorder = NEW.backorder, version = version + 1 WHERE variant_id = NEW.id;
  PERFORM raise_stock_version(NEW.id, 1);
  IF NOT outbox_off() THEN INSERT INTO outbox (topic, key) VALUES ('stock', NEW.id::text); END IF;
  RETURN NULL;
END $$;

-- Whether a variant is for sale at all is part of its availability, as it is of its prices.
CREATE OR REPLACE FUNCTION outbox_prices(variant_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(variant_ids) > 1000 THEN PERFORM outbox_all(); RETURN; END IF;
  INSERT INTO outbox (topic, key)
  SELECT topic, id::text FROM unnest(variant_ids) id, unnest(ARRAY['price', 'stock']) topic;
END $$;

-- Availability shows the codes of locations. They hardly ever change, and then everything does.
CREATE FUNCTION outbox_location() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT outbox_off() THEN INSERT INTO outbox (topic, key) VALUES ('stock', '*'); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_location AFTER UPDATE ON location FOR EACH ROW
  WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION outbox_location();
