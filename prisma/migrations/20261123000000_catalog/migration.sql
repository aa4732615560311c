-- Written by npm run migrate:new, but for this extension (the trigram index needs it) and the last part.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateEnum
CREATE TYPE "product_status" AS ENUM ('draft', 'active', 'archived');

-- CreateTable
CREATE TABLE "category" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "parent_id" UUID,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "category_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "vendor" TEXT NOT NULL DEFAULT '',
    "status" "product_status" NOT NULL DEFAULT 'draft',
    "category_id" UUID,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "search" tsvector,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_option" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "product_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "product_option_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_option_value" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "option_id" UUID NOT NULL,
    "value" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "product_option_value_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "variant" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "product_id" UUID NOT NULL,
    "media_id" UUID,
    "sku" TEXT,
    "barcode" TEXT,
    "title" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "weight_grams" INTEGER,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "variant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "variant_option_value" (
    "variant_id" UUID NOT NULL,
    "option_value_id" UUID NOT NULL,

    CONSTRAINT "variant_option_value_pkey" PRIMARY KEY ("variant_id","option_value_id")
);

-- CreateTable
CREATE TABLE "price" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "variant_id" UUID NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "compare_at_minor" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_price_range" (
    "product_id" UUID NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "min_minor" BIGINT NOT NULL,
    "max_minor" BIGINT NOT NULL,

    CONSTRAINT "product_price_range_pkey" PRIMARY KEY ("product_id","currency")
);

-- CreateTable
CREATE TABLE "media" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "product_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "alt" TEXT NOT NULL DEFAULT '',
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "media_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "facet" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "code" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "facet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "facet_value" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "facet_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "facet_value_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_facet_value" (
    "product_id" UUID NOT NULL,
    "facet_value_id" UUID NOT NULL,

    CONSTRAINT "product_facet_value_pkey" PRIMARY KEY ("product_id","facet_value_id")
);

-- CreateTable
CREATE TABLE "location" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "code" TEXT NOT NULL,
    "title" TEXT NOT NULL,

    CONSTRAINT "location_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock_level" (
    "variant_id" UUID NOT NULL,
    "location_id" UUID NOT NULL,
    "on_hand" INTEGER NOT NULL DEFAULT 0,
    "reserved" INTEGER NOT NULL DEFAULT 0,
    "safety_stock" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "stock_level_pkey" PRIMARY KEY ("variant_id","location_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "category_slug_key" ON "category"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "category_path_key" ON "category"("path");

-- CreateIndex
CREATE INDEX "category_parent_id_position_idx" ON "category"("parent_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "product_slug_key" ON "product"("slug");

-- CreateIndex
CREATE INDEX "product_category_id_created_at_id_idx" ON "product"("category_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "product_tags_idx" ON "product" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "product_search_idx" ON "product" USING GIN ("search");

-- CreateIndex
CREATE INDEX "product_title_trgm_idx" ON "product" USING GIN ("title" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "product_option_product_id_name_key" ON "product_option"("product_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "product_option_value_option_id_value_key" ON "product_option_value"("option_id", "value");

-- CreateIndex
CREATE INDEX "variant_product_id_position_idx" ON "variant"("product_id", "position");

-- CreateIndex
CREATE INDEX "variant_option_value_option_value_id_idx" ON "variant_option_value"("option_value_id");

-- CreateIndex
CREATE UNIQUE INDEX "price_variant_id_currency_key" ON "price"("variant_id", "currency");

-- CreateIndex
CREATE INDEX "product_price_range_currency_min_minor_product_id_idx" ON "product_price_range"("currency", "min_minor", "product_id");

-- CreateIndex
CREATE UNIQUE INDEX "media_product_id_url_key" ON "media"("product_id", "url");

-- CreateIndex
CREATE UNIQUE INDEX "facet_code_key" ON "facet"("code");

-- CreateIndex
CREATE UNIQUE INDEX "facet_value_facet_id_code_key" ON "facet_value"("facet_id", "code");

-- CreateIndex
CREATE INDEX "product_facet_value_facet_value_id_product_id_idx" ON "product_facet_value"("facet_value_id", "product_id");

-- CreateIndex
CREATE UNIQUE INDEX "location_code_key" ON "location"("code");

-- CreateIndex
CREATE INDEX "stock_level_location_id_idx" ON "stock_level"("location_id");

-- AddForeignKey
ALTER TABLE "category" ADD CONSTRAINT "category_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "category"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product" ADD CONSTRAINT "product_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "category"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_option" ADD CONSTRAINT "product_option_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_option_value" ADD CONSTRAINT "product_option_value_option_id_fkey" FOREIGN KEY ("option_id") REFERENCES "product_option"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variant" ADD CONSTRAINT "variant_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variant" ADD CONSTRAINT "variant_media_id_fkey" FOREIGN KEY ("media_id") REFERENCES "media"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variant_option_value" ADD CONSTRAINT "variant_option_value_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "variant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variant_option_value" ADD CONSTRAINT "variant_option_value_option_value_id_fkey" FOREIGN KEY ("option_value_id") REFERENCES "product_option_value"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price" ADD CONSTRAINT "price_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "variant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_price_range" ADD CONSTRAINT "product_price_range_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "facet_value" ADD CONSTRAINT "facet_value_facet_id_fkey" FOREIGN KEY ("facet_id") REFERENCES "facet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_facet_value" ADD CONSTRAINT "product_facet_value_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_facet_value" ADD CONSTRAINT "product_facet_value_facet_value_id_fkey" FOREIGN KEY ("facet_value_id") REFERENCES "facet_value"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock_level" ADD CONSTRAINT "stock_level_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "variant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock_level" ADD CONSTRAINT "stock_level_location_id_fkey" FOREIGN KEY ("location_id") REFERENCES "location"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma can't say -----------------------------------------------------------------------------------------------

-- Limits that hold whoever writes.
ALTER TABLE category
  ADD CONSTRAINT category_slug_form CHECK (slug ~ '^[^\s/]+$' AND length(slug) <= 255),
  ADD CONSTRAINT category_path_form CHECK (right(path, length(slug) + 2) = '/' || slug || '/');
ALTER TABLE product
  ADD CONSTRAINT product_slug_form CHECK (slug ~ '^[^\s/]+$' AND length(slug) <= 255),
  ADD CONSTRAINT product_title_present CHECK (title <> ''),
  ALTER COLUMN tags SET NOT NULL;
ALTER TABLE price
  ADD CONSTRAINT price_currency_form CHECK (currency ~ '^[A-Z]{3}$'),
  -- Number.MAX_SAFE_INTEGER is 9.007e15: what fits here fits a JavaScript number.
  ADD CONSTRAINT price_amount_range CHECK (amount_minor BETWEEN 0 AND 1000000000000000),
  ADD CONSTRAINT price_compare_at_range CHECK (compare_at_minor BETWEEN 0 AND 1000000000000000);
ALTER TABLE stock_level
  ADD CONSTRAINT stock_level_not_negative CHECK (on_hand >= 0 AND reserved >= 0 AND safety_stock >= 0);

-- Unique among the living.
CREATE UNIQUE INDEX variant_living_sku_key ON variant (sku) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX variant_living_title_key ON variant (product_id, title) WHERE deleted_at IS NULL;
-- Deleting media looks for the variants that show it.
CREATE INDEX variant_media_id_idx ON variant (media_id) WHERE media_id IS NOT NULL;

-- The orders a list can have (by price: product_price_range).
CREATE INDEX product_active_newest_idx ON product (created_at DESC, id DESC) WHERE status = 'active';
CREATE INDEX product_active_title_idx ON product (lower(title), id) WHERE status = 'active';

-- Search: the words of a product, weighted.
CREATE FUNCTION product_search_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search :=
    setweight(to_tsvector('english', NEW.title), 'A') ||
    setweight(to_tsvector('english', NEW.vendor || ' ' || array_to_string(NEW.tags, ' ')), 'B') ||
    setweight(to_tsvector('english', left(NEW.description, 20000)), 'C');
  RETURN NEW;
END $$;
CREATE TRIGGER product_search_vector BEFORE INSERT OR UPDATE OF title, vendor, tags, description ON product
  FOR EACH ROW EXECUTE FUNCTION product_search_vector();

-- Price ranges follow prices and variants. The products are locked first, in key order, so that two transactions
-- pricing two variants of one product take turns, and the second one sees what the first one wrote.
CREATE FUNCTION refresh_price_ranges(product_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM product WHERE id = ANY (product_ids) ORDER BY id FOR NO KEY UPDATE;
  DELETE FROM product_price_range r WHERE r.product_id = ANY (product_ids) AND NOT EXISTS (
    SELECT FROM variant v JOIN price p ON p.variant_id = v.id
    WHERE v.product_id = r.product_id AND v.deleted_at IS NULL AND p.currency = r.currency);
  INSERT INTO product_price_range (product_id, currency, min_minor, max_minor)
  SELECT v.product_id, p.currency, min(p.amount_minor), max(p.amount_minor)
  FROM variant v JOIN price p ON p.variant_id = v.id
  WHERE v.product_id = ANY (product_ids) AND v.deleted_at IS NULL
  GROUP BY v.product_id, p.currency
  ON CONFLICT (product_id, currency) DO UPDATE SET min_minor = EXCLUDED.min_minor, max_minor = EXCLUDED.max_minor
  WHERE (product_price_range.min_minor, product_price_range.max_minor)
    IS DISTINCT FROM (EXCLUDED.min_minor, EXCLUDED.max_minor);
END $$;

CREATE FUNCTION price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_price_ranges(ARRAY(
    SELECT DISTINCT v.product_id FROM changed JOIN variant v ON v.id = changed.variant_id));
  RETURN NULL;
END $$;
CREATE TRIGGER price_inserted AFTER INSERT ON price
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION price_changed();
CREATE TRIGGER price_updated AFTER UPDATE ON price
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION price_changed();
CREATE TRIGGER price_deleted AFTER DELETE ON price
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION price_changed();

CREATE FUNCTION variant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_price_ranges(ARRAY(SELECT DISTINCT product_id FROM changed));
  RETURN NULL;
END $$;
CREATE TRIGGER variant_updated AFTER UPDATE ON variant
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION variant_changed();
CREATE TRIGGER variant_deleted AFTER DELETE ON variant
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION variant_changed();
