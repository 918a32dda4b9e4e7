"""Receives, keeps and shows retinal exams in a clinicedc project."""
