# The production image: web, worker, beat and every manage.py command. Needs DATABASE_URL, REDIS_URL and SPM_SECRET_KEY,
# each also as a file (DATABASE_URL_FILE=/run/secrets/...). docker-compose.yml shows how the pieces fit.
FROM python:3.12-slim AS packages
COPY pyproject.toml /build/
RUN python -m venv /opt/venv \
 && python -c "import tomllib; print(*tomllib.load(open('/build/pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > /build/packages.txt \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /build/packages.txt

FROM python:3.12-slim
RUN groupadd --gid 10001 spm && useradd --uid 10001 --gid spm --home-dir /nonexistent --no-create-home spm
COPY --from=packages /opt/venv /opt/venv
COPY . /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SPM_DATA_DIR=/tmp/spm
RUN python manage.py compilemessages && python manage.py collectstatic --noinput --verbosity 0
USER spm
EXPOSE 8000
CMD ["gunicorn", "spm.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", \
     "--timeout=60", "--worker-tmp-dir=/dev/shm", "--no-control-socket", "--access-logfile=-"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
