{{/* What a migration runs, before a release and by the clock. */}}
{{- define "zhibu.migration" -}}
backoffLimit: 2
activeDeadlineSeconds: {{ .Values.migration.deadlineSeconds }}
template:
  metadata:
    labels:
      {{- include "zhibu.labels" (dict "root" . "part" "migration") | nindent 6 }}
  spec:
    restartPolicy: Never
    # The service account of web and worker does not exist yet at the first installation.
    serviceAccountName: default
    automountServiceAccountToken: false
    enableServiceLinks: false
    securityContext:
      {{- include "zhibu.podSecurity" . | nindent 6 }}
    {{- include "zhibu.placement" (dict "root" . "own" .Values.migration) | nindent 4 }}
    containers:
      - name: migration
        image: {{ include "zhibu.image" . }}
        imagePullPolicy: IfNotPresent
        args: ["migrate"]
        env:
          {{- include "zhibu.environment" . | nindent 10 }}
          {{- include "zhibu.secret" (dict "name" "ZHIBU_DATABASE_URL" "from" .Values.database.administrator) | nindent 10 }}
        resources:
          {{- toYaml .Values.migration.resources | nindent 10 }}
        securityContext:
          {{- include "zhibu.containerSecurity" . | nindent 10 }}
        volumeMounts:
          {{- include "zhibu.mounts" . | nindent 10 }}
    volumes:
      # Not the claim: migrations need neither keys nor files.
      - name: data
        emptyDir: {sizeLimit: 64Mi}
      - name: tmp
        emptyDir: {sizeLimit: 64Mi}
{{- end -}}
