--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: app_user; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.app_user (
    id text NOT NULL COLLATE pg_catalog."C",
    first_name text NOT NULL COLLATE pg_catalog."C",
    second_name text NOT NULL COLLATE pg_catalog."C",
    birthdate text COLLATE pg_catalog."C",
    biography text COLLATE pg_catalog."C",
    city text COLLATE pg_catalog."C",
    password_hash text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: device_cursor; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.device_cursor (
    user_id text NOT NULL COLLATE pg_catalog."C",
    device text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL
);


--
-- Name: event; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.event (
    seq bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    author text NOT NULL COLLATE pg_catalog."C",
    post_id text COLLATE pg_catalog."C",
    payload text COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);


--
-- Name: friend; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.friend (
    user_id text NOT NULL COLLATE pg_catalog."C",
    friend_id text NOT NULL COLLATE pg_catalog."C",
    since_seq bigint NOT NULL
);


--
-- Name: head; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.head (
    k bigint NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT head_one_row CHECK ((k = 1))
);


--
-- Name: kysely_migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);


--
-- Name: kysely_migration_lock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);


--
-- Name: meta; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.meta (
    epoch text NOT NULL COLLATE pg_catalog."C",
    floor_seq bigint NOT NULL
);


--
-- Name: post; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.post (
    seq bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    author text NOT NULL COLLATE pg_catalog."C",
    text text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL
);


--
-- Name: post_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.post_key (
    author text NOT NULL COLLATE pg_catalog."C",
    idem_key text NOT NULL COLLATE pg_catalog."C",
    post_id text NOT NULL COLLATE pg_catalog."C"
);


--
-- Data for Name: app_user; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.app_user VALUES ('02b32993-c856-4e08-bd0d-1e48505fea38', 'Ada', 'Lovelace', NULL, NULL, NULL, '$argon2id$v=19$m=19456,t=2,p=1$FdoBgY9ivicVpf7a+ibvJA$iyrfeuLvgeNt2AiA37ScjKcaqHgBu4a7pQejpzJU+00');
INSERT INTO public.app_user VALUES ('cfebe030-2f5a-404b-b077-08b9c6b9aefd', 'Grace', 'Lovelace', NULL, NULL, NULL, '$argon2id$v=19$m=19456,t=2,p=1$wbyjQ5FqvzkSz1L0SKA0Vg$6aoLCRn2BOXxw96OO0Ixyknx3OgFNKLEWwpAXW89Ics');
INSERT INTO public.app_user VALUES ('53ebafa2-1899-4a2d-a99d-fb5e77986588', 'Alan', 'Lovelace', NULL, NULL, NULL, '$argon2id$v=19$m=19456,t=2,p=1$Ty8sU4B8WdQobIdrP7lnEg$gTYa9JUFoqjQkY5aNZcgC5wO0foQcxgBAgu2mBmgMy8');


--
-- Data for Name: device_cursor; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.device_cursor VALUES ('02b32993-c856-4e08-bd0d-1e48505fea38', 'phone', 5);


--
-- Data for Name: event; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.event VALUES (1, 'friend-set', '02b32993-c856-4e08-bd0d-1e48505fea38', NULL, '{"friend":"cfebe030-2f5a-404b-b077-08b9c6b9aefd"}', 1795986758434);
INSERT INTO public.event VALUES (2, 'friend-set', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', NULL, '{"friend":"02b32993-c856-4e08-bd0d-1e48505fea38"}', 1795986758455);
INSERT INTO public.event VALUES (3, 'post', '53ebafa2-1899-4a2d-a99d-fb5e77986588', '01a22927-1b50-736d-8880-8ea0f6b2bd95', NULL, 1795986758480);
INSERT INTO public.event VALUES (4, 'post', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', '01a22927-1b57-7ba2-bd71-019929c4ce48', NULL, 1795986758487);
INSERT INTO public.event VALUES (5, 'post', '53ebafa2-1899-4a2d-a99d-fb5e77986588', '01a22927-1b5c-73b0-b18f-cb0d2e2beec7', NULL, 1795986758492);
INSERT INTO public.event VALUES (6, 'post', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', '01a22927-1b60-7ff8-abdf-ba128e90cc7c', NULL, 1795986758496);
INSERT INTO public.event VALUES (7, 'post', '53ebafa2-1899-4a2d-a99d-fb5e77986588', '01a22927-1b65-7706-843e-f5b6bfa4c7c6', NULL, 1795986758501);
INSERT INTO public.event VALUES (8, 'post', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', '01a22927-1b69-7741-9f47-3ce2d384e5dd', NULL, 1795986758505);
INSERT INTO public.event VALUES (9, 'post', '53ebafa2-1899-4a2d-a99d-fb5e77986588', '01a22927-1b6c-7a2a-977d-4297bd54ff29', NULL, 1795986758508);
INSERT INTO public.event VALUES (10, 'post', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', '01a22927-1b71-71ed-81e3-71d71aa208e3', NULL, 1795986758513);


--
-- Data for Name: friend; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.friend VALUES ('02b32993-c856-4e08-bd0d-1e48505fea38', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', 1);
INSERT INTO public.friend VALUES ('cfebe030-2f5a-404b-b077-08b9c6b9aefd', '02b32993-c856-4e08-bd0d-1e48505fea38', 2);


--
-- Data for Name: head; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.head VALUES (1, 10);


--
-- Data for Name: kysely_migration; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.kysely_migration VALUES ('0001-initial-tables', '2026-11-29T21:12:38.053Z');


--
-- Data for Name: kysely_migration_lock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.kysely_migration_lock VALUES ('migration_lock', 0);


--
-- Data for Name: meta; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.meta VALUES ('6dedf5bd-db24-47b6-8be1-90b2dfba83be', 0);


--
-- Data for Name: post; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.post VALUES (3, '01a22927-1b50-736d-8880-8ea0f6b2bd95', '53ebafa2-1899-4a2d-a99d-fb5e77986588', 'Alan''s post 1 👋', 1795986758480);
INSERT INTO public.post VALUES (4, '01a22927-1b57-7ba2-bd71-019929c4ce48', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', 'Grace''s post 2 👋', 1795986758487);
INSERT INTO public.post VALUES (5, '01a22927-1b5c-73b0-b18f-cb0d2e2beec7', '53ebafa2-1899-4a2d-a99d-fb5e77986588', 'Alan''s post 3 👋', 1795986758492);
INSERT INTO public.post VALUES (6, '01a22927-1b60-7ff8-abdf-ba128e90cc7c', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', 'Grace''s post 4 👋', 1795986758496);
INSERT INTO public.post VALUES (7, '01a22927-1b65-7706-843e-f5b6bfa4c7c6', '53ebafa2-1899-4a2d-a99d-fb5e77986588', 'Alan''s post 5 👋', 1795986758501);
INSERT INTO public.post VALUES (8, '01a22927-1b69-7741-9f47-3ce2d384e5dd', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', 'Grace''s post 6 👋', 1795986758505);
INSERT INTO public.post VALUES (9, '01a22927-1b6c-7a2a-977d-4297bd54ff29', '53ebafa2-1899-4a2d-a99d-fb5e77986588', 'Alan''s post 7 👋', 1795986758508);
INSERT INTO public.post VALUES (10, '01a22927-1b71-71ed-81e3-71d71aa208e3', 'cfebe030-2f5a-404b-b077-08b9c6b9aefd', 'Grace''s post 8 👋', 1795986758513);


--
-- Data for Name: post_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.post_key VALUES ('cfebe030-2f5a-404b-b077-08b9c6b9aefd', 'b3f1c9de-0001', '01a22927-1b71-71ed-81e3-71d71aa208e3');


--
-- Name: app_user app_user_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_user
    ADD CONSTRAINT app_user_pkey PRIMARY KEY (id);


--
-- Name: device_cursor device_cursor_primary; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.device_cursor
    ADD CONSTRAINT device_cursor_primary PRIMARY KEY (user_id, device);


--
-- Name: event event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (seq);


--
-- Name: friend friend_primary; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.friend
    ADD CONSTRAINT friend_primary PRIMARY KEY (user_id, friend_id);


--
-- Name: head head_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.head
    ADD CONSTRAINT head_pkey PRIMARY KEY (k);


--
-- Name: kysely_migration_lock kysely_migration_lock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);


--
-- Name: kysely_migration kysely_migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);


--
-- Name: post post_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_id_key UNIQUE (id);


--
-- Name: post_key post_key_primary; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.post_key
    ADD CONSTRAINT post_key_primary PRIMARY KEY (author, idem_key);


--
-- Name: post post_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_pkey PRIMARY KEY (seq);


--
-- Name: app_user_names; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX app_user_names ON public.app_user USING btree (first_name, second_name);


--
-- Name: event_author_seq; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX event_author_seq ON public.event USING btree (author, seq);


--
-- Name: post_author_seq; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX post_author_seq ON public.post USING btree (author, seq);


--
-- PostgreSQL database dump complete
--


