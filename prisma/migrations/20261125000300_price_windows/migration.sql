-- Written by npm run migrate:new, but for the last part.

-- AlterTable
ALTER TABLE "price" ADD COLUMN     "scheduled" BOOLEAN NOT NULL DEFAULT false;

-- What Prisma can't say -----------------------------------------------------------------------------------------------

-- Whoever writes a price by SQL need not know of this: one that begins later, or has an end, is a window of its own.
ALTER TABLE price ALTER COLUMN scheduled DROP DEFAULT;
CREATE FUNCTION price_scheduled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.scheduled := NEW.valid_until IS NOT NULL OR NEW.valid_from > clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER price_scheduled BEFORE INSERT ON price FOR EACH ROW
  WHEN (NEW.scheduled IS NULL) EXECUTE FUNCTION price_scheduled();

-- As before, but by the clock instead of the transaction's beginning: a price set after a wait for a lock is valid from
-- a later time than that. And a product that has nothing due any more is forgotten, whatever the reason.
CREATE OR REPLACE FUNCTION refresh_price_ranges(product_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz;
BEGIN
  PERFORM FROM product WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
  moment := clock_timestamp();
  DELETE FROM product_price_range r WHERE r.product_id = ANY (product_ids) AND NOT EXISTS (
    SELECT FROM variant v JOIN price p ON p.variant_id = v.id
    WHERE v.product_id = r.product_id AND v.deleted_at IS NULL AND p.currency = r.currency AND p.min_quantity = 1
      AND p.valid_from <= moment AND (p.valid_until IS NULL OR p.valid_until > moment));
  INSERT INTO product_price_range (product_id, currency, min_minor, max_minor)
  SELECT v.product_id, p.currency, min(p.amount_minor), max(p.amount_minor)
  FROM variant v JOIN price p ON p.variant_id = v.id
  WHERE v.product_id = ANY (product_ids) AND v.deleted_at IS NULL AND p.min_quantity = 1
    AND p.valid_from <= moment AND (p.valid_until IS NULL OR p.valid_until > moment)
  GROUP BY v.product_id, p.currency
  ON CONFLICT (product_id, currency) DO UPDATE SET min_minor = EXCLUDED.min_minor, max_minor = EXCLUDED.max_minor
  WHERE (product_price_range.min_minor, product_price_range.max_minor)
    IS DISTINCT FROM (EXCLUDED.min_minor, EXCLUDED.max_minor);
  WITH due AS (
    SELECT v.product_id, min(least(
      CASE WHEN p.valid_from > moment THEN p.valid_from END, CASE WHEN p.valid_until > moment THEN p.valid_until END)) AS at
    FROM variant v JOIN price p ON p.variant_id = v.id
    WHERE v.product_id = ANY (product_ids) AND v.deleted_at IS NULL AND p.min_quantity = 1
    GROUP BY v.product_id),
  gone AS (
    DELETE FROM price_due d WHERE d.product_id = ANY (product_ids)
      AND NOT EXISTS (SELECT FROM due WHERE due.product_id = d.product_id AND due.at IS NOT NULL))
  INSERT INTO price_due (product_id, due_at) SELECT product_id, at FROM due WHERE at IS NOT NULL
  ON CONFLICT (product_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE price_due.due_at <> EXCLUDED.due_at;
END $$;

-- A variant's prices are to be seen while it lives and its product is active.
CREATE FUNCTION outbox_prices(variant_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(variant_ids) > 1000 THEN PERFORM outbox_all(); RETURN; END IF;
  INSERT INTO outbox (topic, key) SELECT 'price', unnest(variant_ids)::text;
END $$;

CREATE FUNCTION outbox_prices_of_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  PERFORM outbox_prices(ARRAY(
    SELECT v.id FROM before o JOIN changed n ON n.id = o.id JOIN variant v ON v.product_id = n.id
    WHERE (o.status = 'active') <> (n.status = 'active') LIMIT 1001));
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_price_update AFTER UPDATE ON product
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_prices_of_product();

CREATE FUNCTION outbox_prices_of_variant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN
    PERFORM outbox_prices(ARRAY(SELECT id FROM changed LIMIT 1001));
  ELSE
    PERFORM outbox_prices(ARRAY(
      SELECT o.id FROM before o LEFT JOIN changed n ON n.id = o.id
      WHERE n.id IS NULL OR (o.deleted_at IS NULL) <> (n.deleted_at IS NULL) OR o.product_id <> n.product_id
      LIMIT 1001));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_price_update AFTER UPDATE ON variant
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_prices_of_variant();
CREATE TRIGGER outbox_price_delete AFTER DELETE ON variant
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_prices_of_variant();
