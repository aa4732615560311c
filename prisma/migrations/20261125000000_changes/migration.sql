-- Written by npm run migrate:new, but for the extensions and the last part.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS citext;

-- DropIndex
DROP INDEX "price_variant_id_currency_key";

-- AlterTable
ALTER TABLE "price" ADD COLUMN     "min_quantity" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "revision" BIGSERIAL NOT NULL,
ADD COLUMN     "valid_from" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "valid_until" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "price_due" (
    "product_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "price_due_pkey" PRIMARY KEY ("product_id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "email" CITEXT NOT NULL,
    "name" TEXT NOT NULL,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "phone" TEXT,
    "marketing" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_view" (
    "product_id" UUID NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "views" INTEGER NOT NULL,

    CONSTRAINT "product_view_pkey" PRIMARY KEY ("product_id","minute")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "held_until" TIMESTAMPTZ(6),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "price_due_due_at_idx" ON "price_due"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "product_view_minute_idx" ON "product_view"("minute");

-- CreateIndex
CREATE INDEX "outbox_xid_idx" ON "outbox"("xid");

-- CreateIndex
CREATE INDEX "price_variant_id_currency_min_quantity_valid_from_idx" ON "price"("variant_id", "currency", "min_quantity", "valid_from");

-- AddForeignKey
ALTER TABLE "price_due" ADD CONSTRAINT "price_due_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_view" ADD CONSTRAINT "product_view_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma can't say -----------------------------------------------------------------------------------------------

-- Prices that are there have been valid since they were made.
UPDATE price SET valid_from = created_at;
ALTER TABLE price
  ADD CONSTRAINT price_min_quantity_range CHECK (min_quantity BETWEEN 1 AND 1000000),
  ADD CONSTRAINT price_window_not_empty CHECK (valid_until > valid_from),
  ADD CONSTRAINT price_windows_apart EXCLUDE USING gist
    (variant_id WITH =, currency WITH =, min_quantity WITH =, tstzrange(valid_from, valid_until) WITH &&);
ALTER TABLE app_user
  ADD CONSTRAINT app_user_email_form CHECK (email ~ '^[^\s@]+@[^\s@]+$' AND length(email) <= 254),
  ADD CONSTRAINT app_user_name_length CHECK (length(name) BETWEEN 1 AND 200),
  ADD CONSTRAINT app_user_currency_form CHECK (currency ~ '^[A-Z]{3}$');

CREATE FUNCTION price_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := nextval('price_revision_seq');
  RETURN NEW;
END $$;
CREATE TRIGGER price_revision BEFORE UPDATE ON price FOR EACH ROW EXECUTE FUNCTION price_revision();

-- A price range is that of the prices for one piece that are valid now; price_due says when that changes by itself.
CREATE OR REPLACE FUNCTION refresh_price_ranges(product_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM product WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
  DELETE FROM product_price_range r WHERE r.product_id = ANY (product_ids) AND NOT EXISTS (
    SELECT FROM variant v JOIN price p ON p.variant_id = v.id
    WHERE v.product_id = r.product_id AND v.deleted_at IS NULL AND p.currency = r.currency AND p.min_quantity = 1
      AND p.valid_from <= now() AND (p.valid_until IS NULL OR p.valid_until > now()));
  INSERT INTO product_price_range (product_id, currency, min_minor, max_minor)
  SELECT v.product_id, p.currency, min(p.amount_minor), max(p.amount_minor)
  FROM variant v JOIN price p ON p.variant_id = v.id
  WHERE v.product_id = ANY (product_ids) AND v.deleted_at IS NULL AND p.min_quantity = 1
    AND p.valid_from <= now() AND (p.valid_until IS NULL OR p.valid_until > now())
  GROUP BY v.product_id, p.currency
  ON CONFLICT (product_id, currency) DO UPDATE SET min_minor = EXCLUDED.min_minor, max_minor = EXCLUDED.max_minor
  WHERE (product_price_range.min_minor, product_price_range.max_minor)
    IS DISTINCT FROM (EXCLUDED.min_minor, EXCLUDED.max_minor);
  WITH due AS (
    SELECT v.product_id, min(least(
      CASE WHEN p.valid_from > now() THEN p.valid_from END, CASE WHEN p.valid_until > now() THEN p.valid_until END)) AS at
    FROM variant v JOIN price p ON p.variant_id = v.id
    WHERE v.product_id = ANY (product_ids) AND v.deleted_at IS NULL AND p.min_quantity = 1
    GROUP BY v.product_id),
  gone AS (
    DELETE FROM price_due d USING due WHERE d.product_id = due.product_id AND due.at IS NULL)
  INSERT INTO price_due (product_id, due_at) SELECT product_id, at FROM due WHERE at IS NOT NULL
  ON CONFLICT (product_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE price_due.due_at <> EXCLUDED.due_at;
END $$;

-- A variant or a price that moves changes the range where it was, too.
CREATE FUNCTION variant_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_price_ranges(ARRAY(SELECT product_id FROM before UNION SELECT product_id FROM changed));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER variant_updated AFTER UPDATE ON variant
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION variant_updated();

CREATE FUNCTION price_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_price_ranges(ARRAY(
    SELECT DISTINCT v.product_id FROM variant v
    WHERE v.id IN (SELECT variant_id FROM before UNION SELECT variant_id FROM changed)));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER price_updated AFTER UPDATE ON price
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION price_updated();

-- The outbox. Triggers say what changed; which caches that is about, the application knows.
--   app.outbox = 'off'     nothing is written: for bulk loads, which end with outbox_all()
--   app.invalidates = ms   the writer sees to the caches itself when it has committed; the relay waits so long for it
CREATE FUNCTION outbox_hold() RETURNS timestamptz LANGUAGE sql AS $$
  SELECT clock_timestamp() + nullif(current_setting('app.invalidates', true), '')::int * interval '1 millisecond'
$$;
ALTER TABLE outbox ALTER COLUMN held_until SET DEFAULT outbox_hold();

CREATE FUNCTION outbox_off() RETURNS boolean LANGUAGE sql AS $$
  SELECT coalesce(current_setting('app.outbox', true), '') = 'off'
$$;

CREATE FUNCTION outbox_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('app.invalidates', true), '') = '' THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_written AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_written();

-- Everything: cheaper than a row for each of very many.
CREATE FUNCTION outbox_all() RETURNS void LANGUAGE sql AS $$
  INSERT INTO outbox (topic, key) VALUES ('all', '*')
$$;

-- Rows come and go all the time: what is gone must not be waded through for long.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- TRUNCATE fires no other trigger.
CREATE FUNCTION outbox_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT outbox_off() THEN PERFORM outbox_all(); END IF;
  RETURN NULL;
END $$;
DO $$
DECLARE
  cached text;
BEGIN
  FOREACH cached IN ARRAY ARRAY['product', 'product_option', 'product_option_value', 'variant', 'variant_option_value',
    'media', 'product_facet_value', 'price', 'product_price_range', 'category', 'facet', 'facet_value', 'stock_level',
    'app_user'] LOOP
    EXECUTE format('CREATE TRIGGER outbox_truncate AFTER TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION outbox_truncated()', cached);
  END LOOP;
END $$;

-- Aspects are what lists depend on: base (status, category, age), title, text, price, facets, stock. Lists show active
-- products only.
CREATE FUNCTION outbox_products(ids uuid[], aspects text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(ids) > 1000 THEN PERFORM outbox_all(); RETURN; END IF;
  INSERT INTO outbox (topic, key, detail)
  SELECT 'product', p.slug, jsonb_build_object(
    'aspects', CASE WHEN p.status = 'active' THEN aspects ELSE '{}' END,
    'paths', CASE WHEN c.path IS NULL THEN '{}' ELSE ARRAY[c.path] END)
  FROM product p LEFT JOIN category c ON c.id = p.category_id WHERE p.id = ANY (ids);
END $$;

CREATE FUNCTION outbox_product() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  every text[] := '{base,title,text,price,facets,stock}';
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  IF TG_OP <> 'UPDATE' THEN
    IF (SELECT count(*) FROM changed) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
    INSERT INTO outbox (topic, key, detail)
    SELECT 'product', p.slug, jsonb_build_object(
      'aspects', CASE WHEN p.status = 'active' THEN every ELSE '{}' END,
      'paths', CASE WHEN c.path IS NULL THEN '{}' ELSE ARRAY[c.path] END)
    FROM changed p LEFT JOIN category c ON c.id = p.category_id;
    RETURN NULL;
  END IF;
  IF (SELECT count(*) FROM changed) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
  INSERT INTO outbox (topic, key, detail)
  SELECT DISTINCT 'product', named.slug, jsonb_build_object('aspects', aspects, 'paths', paths)
  FROM before o JOIN changed n ON n.id = o.id
    CROSS JOIN LATERAL (SELECT
      CASE
        WHEN o.status <> 'active' AND n.status <> 'active' THEN '{}'
        WHEN o.status <> n.status OR o.slug <> n.slug THEN every
        ELSE array_remove(ARRAY[
          CASE WHEN (o.category_id, o.created_at) IS DISTINCT FROM (n.category_id, n.created_at) THEN 'base' END,
          CASE WHEN o.title <> n.title THEN 'title' END,
          -- Typos are looked up in the title itself, stop words and all.
          CASE WHEN o.search IS DISTINCT FROM n.search OR o.title <> n.title THEN 'text' END], NULL)
      END AS aspects,
      ARRAY(SELECT path FROM category WHERE id IN (o.category_id, n.category_id)) AS paths) what
    CROSS JOIN LATERAL unnest(ARRAY[o.slug, n.slug]) named (slug)
  WHERE o IS DISTINCT FROM n;
  -- One that has got another id is another one.
  INSERT INTO outbox (topic, key, detail)
  SELECT 'product', p.slug, jsonb_build_object(
    'aspects', CASE WHEN p.status = 'active' THEN every ELSE '{}' END,
    'paths', CASE WHEN c.path IS NULL THEN '{}' ELSE ARRAY[c.path] END)
  FROM (
    SELECT slug, status, category_id FROM before WHERE id NOT IN (SELECT id FROM changed)
    UNION SELECT slug, status, category_id FROM changed WHERE id NOT IN (SELECT id FROM before)
  ) p LEFT JOIN category c ON c.id = p.category_id;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_insert AFTER INSERT ON product
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_product();
CREATE TRIGGER outbox_update AFTER UPDATE ON product
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_product();
CREATE TRIGGER outbox_delete AFTER DELETE ON product
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outbox_product();

-- The parts of products: the query finds the products of the rows in "changed", the rest is the same for all.
-- TG_ARGV: that query, and the aspects.
CREATE FUNCTION outbox_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids uuid[];
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  EXECUTE 'SELECT ARRAY(SELECT DISTINCT product_id FROM (' || TG_ARGV[0] || ') found)' INTO ids;
  IF cardinality(ids) > 0 THEN PERFORM outbox_products(ids, TG_ARGV[1]::text[]); END IF;
  RETURN NULL;
END $$;

-- A row moved from one product to another changes both, so an update looks at old and new. "also" finds those that
-- show a part of another product: nothing keeps a variant from bearing its picture.
CREATE FUNCTION outbox_part_triggers(part regclass, query text, aspects text, also text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  either text := replace(query || coalesce(' UNION ALL ' || also, ''), 'changed',
    '(SELECT * FROM before UNION ALL SELECT * FROM changed)');
BEGIN
  EXECUTE format('CREATE TRIGGER outbox_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_part(%L, %L)', part, query, aspects);
  EXECUTE format('CREATE TRIGGER outbox_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_part(%L, %L)', part, either, aspects);
  EXECUTE format('CREATE TRIGGER outbox_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_part(%L, %L)', part, query, aspects);
END $$;

SELECT outbox_part_triggers('product_option', 'SELECT product_id FROM changed c', '{}',
  'SELECT v.product_id FROM changed c JOIN product_option_value o ON o.option_id = c.id
    JOIN variant_option_value w ON w.option_value_id = o.id JOIN variant v ON v.id = w.variant_id');
SELECT outbox_part_triggers('product_option_value',
  'SELECT o.product_id FROM changed c JOIN product_option o ON o.id = c.option_id', '{}',
  'SELECT v.product_id FROM changed c
    JOIN variant_option_value w ON w.option_value_id = c.id JOIN variant v ON v.id = w.variant_id');
SELECT outbox_part_triggers('variant', 'SELECT product_id FROM changed c', '{stock}');
SELECT outbox_part_triggers('variant_option_value',
  'SELECT v.product_id FROM changed c JOIN variant v ON v.id = c.variant_id', '{}');
SELECT outbox_part_triggers('media', 'SELECT product_id FROM changed c', '{}',
  'SELECT v.product_id FROM changed c JOIN variant v ON v.media_id = c.id');
SELECT outbox_part_triggers('product_facet_value', 'SELECT product_id FROM changed c', '{facets}');
SELECT outbox_part_triggers('price',
  'SELECT v.product_id FROM changed c JOIN variant v ON v.id = c.variant_id', '{}');
SELECT outbox_part_triggers('product_price_range', 'SELECT product_id FROM changed c', '{price}');
DROP FUNCTION outbox_part_triggers;

-- Things with a topic of their own.
CREATE FUNCTION outbox_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  keys text[];
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  EXECUTE format('SELECT ARRAY(SELECT DISTINCT %s FROM %s c LIMIT 1001)', TG_ARGV[1],
    CASE TG_OP WHEN 'UPDATE' THEN '(SELECT * FROM before UNION ALL SELECT * FROM changed)' ELSE 'changed' END) INTO keys;
  IF cardinality(keys) > 1000 THEN PERFORM outbox_all(); RETURN NULL; END IF;
  INSERT INTO outbox (topic, key) SELECT TG_ARGV[0], unnest(keys);
  RETURN NULL;
END $$;
CREATE FUNCTION outbox_row_triggers(topic text, tab regclass, key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  event text;
BEGIN
  FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
    EXECUTE format('CREATE TRIGGER %s AFTER %s ON %s REFERENCING %s TABLE AS changed FOR EACH STATEMENT
      EXECUTE FUNCTION outbox_rows(%L, %L)', 'outbox_' || topic || '_' || lower(event), event, tab,
      CASE event WHEN 'DELETE' THEN 'OLD' WHEN 'INSERT' THEN 'NEW' ELSE 'OLD TABLE AS before NEW' END, topic, key);
  END LOOP;
END $$;
SELECT outbox_row_triggers('category', 'category', 'c.id::text');
SELECT outbox_row_triggers('facet', 'facet', 'c.id::text');
SELECT outbox_row_triggers('facet', 'facet_value', 'c.facet_id::text');
SELECT outbox_row_triggers('price', 'price', 'c.variant_id::text');
SELECT outbox_row_triggers('user', 'app_user', 'c.id::text');
DROP FUNCTION outbox_row_triggers;

-- Stock moves all the time; lists care only whether there is any.
CREATE FUNCTION outbox_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF outbox_off() THEN RETURN NULL; END IF;
  PERFORM outbox_products(ARRAY(SELECT DISTINCT product_id FROM variant WHERE id IN (NEW.variant_id, OLD.variant_id)),
    '{stock}');
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_insert AFTER INSERT ON stock_level FOR EACH ROW
  WHEN (NEW.on_hand - NEW.reserved > NEW.safety_stock) EXECUTE FUNCTION outbox_stock();
CREATE TRIGGER outbox_update AFTER UPDATE ON stock_level FOR EACH ROW
  WHEN ((OLD.on_hand - OLD.reserved > OLD.safety_stock) <> (NEW.on_hand - NEW.reserved > NEW.safety_stock)
    OR OLD.variant_id <> NEW.variant_id) EXECUTE FUNCTION outbox_stock();
CREATE TRIGGER outbox_delete AFTER DELETE ON stock_level FOR EACH ROW
  WHEN (OLD.on_hand - OLD.reserved > OLD.safety_stock) EXECUTE FUNCTION outbox_stock();
